/// Data to fit a model to, in three parts.
public struct Dataset: Sendable {
    /// What the rows are, as far as a model has to know.
    public struct Description: Hashable, Sendable {
        /// The data's name.
        public var name: String
        /// The extents of a row, such as (28, 28, 1) or (16); of one step where rows are sequences. A text's is ().
        public var shape: [Int]
        /// What each number is.
        public var kind: ElementKind
        /// Whether rows are sequences of steps.
        public var isSequential: Bool
        /// The number of classes; 0 where rows have no labels.
        public var classCount: Int
        /// The symbol that ends a sequence; nil where none does.
        public var endSymbol: Int?

        /// Describes data.
        public init(
            name: String, shape: [Int], kind: ElementKind, isSequential: Bool = false, classCount: Int = 0
        ) {
            (self.name, self.shape, self.kind) = (name, shape, kind)
            (self.isSequential, self.classCount) = (isSequential, classCount)
        }

        /// Numbers of a row, or of a step.
        public var width: Int { shape.reduce(1, *) }

        /// Height, width and channels where a row has places beside and above each other.
        public var grid: (height: Int, width: Int, channels: Int)? {
            guard !isSequential, 2...3 ~= shape.count else { return nil }
            return (shape[0], shape[1], shape.count == 3 ? shape[2] : 1)
        }

        /// The same where a row is a picture: grey or of three colours.
        public var picture: (height: Int, width: Int, channels: Int)? {
            grid.flatMap { [1, 3].contains($0.channels) ? $0 : nil }
        }
    }

    /// The parts of data.
    public enum Part: String, Hashable, Sendable, CaseIterable {
        case training, validation, test
    }

    /// What the rows are.
    public var description: Description
    /// The rows that a model learns.
    public var training: DataRows
    /// The rows that say when to stop, and which settings are best.
    public var validation: DataRows
    /// The rows that results are reported on.
    public var test: DataRows
    /// Where the rows of each part come from; a part that isn't here is called by the data's name.
    public var origins: [Part: DataOrigin]

    /// Data in three parts.
    public init(
        _ description: Description, training: DataRows, validation: DataRows, test: DataRows,
        origins: [Part: DataOrigin] = [:]
    ) {
        (self.description, self.origins) = (description, origins)
        (self.training, self.validation, self.test) = (training, validation, test)
    }

    init(_ description: Description, _ training: SourcedRows, _ validation: SourcedRows, _ test: SourcedRows) {
        self.init(
            description, training: training.rows, validation: validation.rows, test: test.rows,
            origins: [.training: training.origin, .validation: validation.origin, .test: test.origin])
    }

    /// The rows of a part.
    public subscript(part: Part) -> DataRows {
        get {
            switch part {
            case .training: training
            case .validation: validation
            case .test: test
            }
        }
        set {
            switch part {
            case .training: training = newValue
            case .validation: validation = newValue
            case .test: test = newValue
            }
        }
    }

    /// Where a row comes from, for errors: a file and a place in it.
    public func place(of row: Int, in part: Part) -> String {
        (origins[part] ?? DataOrigin("\(description.name), \(part.rawValue)")).place(of: row)
    }
}
