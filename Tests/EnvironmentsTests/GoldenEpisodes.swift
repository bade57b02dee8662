import Environments
import Random

/// Checksums over an episode that change with every bit of every observation.
struct Checksums: Hashable {
    var episodes = 0
    var reward = 0.0
    var checksum = 0.0
    var bits: UInt64 = 0
    var firstEnds: [Int] = []

    mutating func add(_ observation: [some ObservationElement], at t: Int) {
        for (i, element) in observation.enumerated() {
            let weight = (31 * t + 17 * i) % 1009
            if let number = element as? Float {
                checksum += Double(number) * Double(weight)
                bits &+= UInt64(number.bitPattern) &* UInt64(weight)
            } else if let number = element as? Int32 {
                checksum += Double(number) * Double(weight)
            }
        }
    }
}

/// The actions of the golden checks: 300 steps of a short cycle, or 5,000 of a small generator.
enum Rule: String {
    case a, b

    var stepCount: Int { self == .a ? 300 : 5000 }

    /// The number that determines each step's action.
    var numbers: [Int] {
        var z = 1
        return (0..<stepCount).map { t in
            z = (1_103_515_245 * z + 12345) % (1 << 31)
            return self == .a ? 7 * t + 3 : z / 65536
        }
    }

    /// The step's action if actions are numbers from minus `width` to `width`.
    func force(_ number: Int, width: Double) -> Float {
        self == .a ? Float(width * Double(number % 11 - 5) / 5) : Float(width * Double(number % 2001 - 1000) / 1000)
    }
}

/// Plays an environment from seed 1, with each action determined by one of the rule's numbers.
func play<World: Environment>(_ world: inout World, _ rule: Rule, action: (Int) -> World.Action) -> Checksums {
    var sums = Checksums()
    world.reset(seed: 1)
    for (t, number) in rule.numbers.enumerated() {
        let result = world.step(action(number))
        sums.reward += result.reward
        sums.add(observation(of: world), at: t)
        if result.ended {
            sums.episodes += 1
            if sums.firstEnds.count < 5 { sums.firstEnds.append(t) }
            world.reset(seed: nil)
        }
    }
    return sums
}

/// Plays an environment with discrete actions.
func play<World: Environment>(_ world: inout World, _ rule: Rule) -> Checksums where World.Action == Int {
    let count = world.actionSpace.discreteCount!
    return play(&world, rule) { $0 % count }
}
