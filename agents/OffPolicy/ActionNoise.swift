import Configuration
import Experience
import Random

/// Settings of the noise that a deterministic actor explores by, added to actions whose range is from −1 to 1.
public struct ActionNoiseSettings: Configurable {
    @Setting("noise on actions while training") public var noise = ActionNoiseName.gaussian
    /// σ: of the Gaussian, or of an Ornstein–Uhlenbeck process in its units of time.
    @Setting(0...10, "standard deviation of the noise, in half ranges of an action", search: "0.03..0.5 log") public
        var noiseDeviation = 0.1

    public init() {}
}

/// The kinds of noise on actions.
public enum ActionNoiseName: String, SettingChoice {
    /// N(0, σ²), independent in each step.
    case gaussian
    /// x ← x − θ x dt + σ √dt N(0, 1), which is 0 at the start of an episode (Uhlenbeck and Ornstein 1930).
    case ornsteinUhlenbeck
    case none
}

/// Noise on the actions of several environments.
struct ActionNoise {
    /// θ and dt of the process, as in Lillicrap et al. (2016) and Stable-Baselines3.
    private static let pull = 0.15, interval = 0.01

    let settings: ActionNoiseSettings

    /// The numbers that the noise of a row of `count` numbers remembers.
    func memoryWidth(_ count: Int) -> Int { settings.noise == .ornsteinUhlenbeck ? count : 0 }

    /// The next noise on a number of an action.
    ///
    /// - Parameter state: the process's number; nil for noise without one.
    func next(_ state: inout Float?, _ random: inout RandomStream) -> Double {
        switch settings.noise {
        case .none: return 0
        case .gaussian: return settings.noiseDeviation * random.normal()
        case .ornsteinUhlenbeck:
            let number = Double(state ?? 0)
            let next =
                number - Self.pull * number * Self.interval
                + settings.noiseDeviation * Self.interval.squareRoot() * random.normal()
            state = Float(next)
            return next
        }
    }
}
