/// Non-negative weights of numbered leaves; a leaf is found by a position in the sum of the weights (Schaul et al.
/// 2016).
///
/// A complete binary tree in one array: each inner node is the sum of its two children, always summed anew, so that the
/// tree is a function of its leaves, bit for bit. Changing and finding a leaf take O(log n) and allocate nothing.
struct SumTree: ~Copyable {
    /// The number of leaves.
    let count: Int
    /// The number of the first leaf's node, a power of two. The root is node 1.
    private let first: Int
    private let nodes: UnsafeMutablePointer<Double>

    /// Makes a tree of `count` leaves of weight 0.
    init(count: Int) {
        precondition(count >= 1, "expected at least one leaf, found \(count)")
        self.count = count
        var size = 1
        while size < count { size *= 2 }
        first = size
        nodes = .allocate(capacity: 2 * size)
        nodes.initialize(repeating: 0, count: 2 * size)
    }

    deinit { nodes.deallocate() }

    /// The largest number of bytes that the tree takes per leaf.
    static let bytesOfLeaf = 4 * MemoryLayout<Double>.size

    /// The sum of all weights.
    var sum: Double { nodes[1] }

    /// The weight of a leaf.
    subscript(leaf: Int) -> Double {
        get {
            precondition(0..<count ~= leaf, "expected a leaf below \(count), found \(leaf)")
            return nodes[first + leaf]
        }
        set {
            precondition(
                0..<count ~= leaf && newValue >= 0,
                "expected a leaf below \(count) and a weight of at least 0, found leaf \(leaf) and \(newValue)")
            var node = first + leaf
            nodes[node] = newValue
            while node > 1 {
                node /= 2
                nodes[node] = nodes[2 * node] + nodes[2 * node + 1]
            }
        }
    }

    /// The leaf whose part of the sum contains `place`, with the parts laid out in order; never a leaf of weight 0,
    /// even if rounding leads past the last part.
    ///
    /// - Precondition: the sum isn't 0.
    func leaf(at place: Double) -> Int {
        precondition(sum > 0, "all weights of the sum tree are 0: there is no leaf to find")
        var (node, rest) = (1, place)
        while node < first {
            let (left, right) = (2 * node, 2 * node + 1)
            if nodes[right] > 0, rest >= nodes[left] {
                (node, rest) = (right, rest - nodes[left])
            } else {
                node = nodes[left] > 0 ? left : right
            }
        }
        return node - first
    }

    /// Sets all leaves at once.
    mutating func set(_ weights: [Double]) {
        precondition(weights.count <= count, "\(weights.count) weights for \(count) leaves")
        for leaf in 0..<count { nodes[first + leaf] = leaf < weights.count ? weights[leaf] : 0 }
        for node in (1..<first).reversed() { nodes[node] = nodes[2 * node] + nodes[2 * node + 1] }
    }
}
