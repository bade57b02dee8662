/// The parts of ``AtariPreprocessing``. The defaults are those of Mnih et al., "Human-level control through deep
/// reinforcement learning" (2015).
public struct PreprocessingParts: Hashable, Sendable {
    /// The effect of losing a life.
    public enum LifeLoss: String, Hashable, Sendable, CaseIterable {
        case ignored = "false"
        /// It ends the episode; the reset starts a new game. Gymnasium's `terminal_on_life_loss`.
        case ends = "true"
        /// It ends the episode; a reset without a seed continues the game after one no-op frame, until the game is
        /// over. Baselines' `EpisodicLifeEnv`.
        case endsAndResumes = "resume"
    }

    /// The frames for which an action is repeated, at least 1.
    public var frameSkip = 4
    /// Whether an image is the byte-wise maximum of an action's last two frames; not if an action is played for only
    /// one frame.
    public var poolsLastFrames = true
    /// The maximum number of no-op frames after a reset, sampled from 1 up; 0 for none.
    public var noopMax = 30
    public var lifeLoss = LifeLoss.endsAndResumes
    /// Whether a reset ends with a frame in which the button is pressed, if the game has one.
    public var firesOnReset = true
    /// Rows of an image, from 36 to the screen's.
    public var height = 84
    /// Columns of an image, from 36 to the screen's.
    public var width = 84
    public var form = ScreenForm.gray
    /// Images per observation, at least 1.
    public var stack = 4
    /// Whether rewards are clipped to -1...1.
    public var clipsReward = true

    /// The usual values.
    public init() {}

    /// The preprocessing of Mnih et al. (2015), as in Baselines and its descendants.
    public static let nature = PreprocessingParts()

    /// The preprocessing that Machado et al., "Revisiting the Arcade Learning Environment" (2018), recommend: whole
    /// games, with sticky actions (see ``ArcadeSettings/repeatActionProbability``).
    public static var machado: PreprocessingParts {
        var parts = PreprocessingParts()
        (parts.noopMax, parts.lifeLoss, parts.firesOnReset) = (0, .ignored, false)
        return parts
    }

    /// The defaults of Gymnasium's `AtariPreprocessing`: single images, unclipped rewards.
    public static var gymnasium: PreprocessingParts {
        var parts = PreprocessingParts()
        (parts.lifeLoss, parts.firesOnReset, parts.stack, parts.clipsReward) = (.ignored, false, 1, false)
        return parts
    }
}

extension PreprocessingParts {
    private static let kinds: [(name: String, parts: PreprocessingParts?)] = [
        ("none", nil), ("nature", nature), ("machado", machado), ("gymnasium", gymnasium),
    ]

    static let options = [
        EnvironmentOption(
            "preprocess",
            "observations: none (the game's frames), nature (DQN, 2015), machado (sticky, whole games), gymnasium",
            usual: "none"),
        EnvironmentOption("frame_skip", "preprocessing: frames for which an action is repeated", usual: "4"),
        EnvironmentOption(
            "max_pool", "preprocessing: whether to take the maximum of the last two frames", usual: "true"),
        EnvironmentOption("noop_max", "preprocessing: the maximum number of no-op frames at the start", usual: "30"),
        EnvironmentOption(
            "terminal_on_life_loss",
            "preprocessing: whether losing a life ends the episode: false, true or resume (resets continue the game)",
            usual: "resume"),
        EnvironmentOption("fire_reset", "preprocessing: whether to press the button at the start", usual: "true"),
        EnvironmentOption("screen_size", "preprocessing: rows and columns of an image, such as 84", usual: "84"),
        EnvironmentOption("grayscale_obs", "preprocessing: whether images are grey, not coloured", usual: "true"),
        EnvironmentOption("stack_num", "preprocessing: images per observation", usual: "4"),
        EnvironmentOption("clip_reward", "preprocessing: whether to clip rewards to -1...1", usual: "true"),
    ]

    /// Reads the parts from options: those of `preprocess`, each overridden by its own option; nil if no option
    /// requests preprocessing.
    ///
    /// - Throws: ``EnvironmentError/badValue(option:value:expected:)``.
    init?(_ options: EnvironmentOptions) throws(EnvironmentError) {
        let kind = try options.choice("preprocess", of: Self.kinds.map(\.name))
        guard Self.options.contains(where: { options.text($0.name) != nil }), kind != "none" else {
            if let part = Self.options.first(where: { $0.name != "preprocess" && options.text($0.name) != nil }) {
                throw .badValue(
                    option: part.name, value: options.text(part.name)!, expected: "no value, because preprocess=none")
            }
            return nil
        }
        self = Self.kinds.first { $0.name == kind }?.parts ?? .nature
        frameSkip = try options.integer("frame_skip", in: 1...1000) ?? frameSkip
        poolsLastFrames = try options.flag("max_pool") ?? poolsLastFrames
        noopMax = try options.integer("noop_max", in: 0...1000) ?? noopMax
        let loss = try options.choice("terminal_on_life_loss", of: LifeLoss.allCases.map(\.rawValue))
        lifeLoss = loss.flatMap { LifeLoss(rawValue: $0) } ?? lifeLoss
        firesOnReset = try options.flag("fire_reset") ?? firesOnReset
        height = try options.integer("screen_size", in: 36...160) ?? height
        width = height
        form = try options.flag("grayscale_obs") ?? (form == .gray) ? .gray : .color
        stack = try options.integer("stack_num", in: 1...64) ?? stack
        clipsReward = try options.flag("clip_reward") ?? clipsReward
    }

    /// The probability of sticky actions that belongs to the named preprocessing; nil if it has none.
    static func stickiness(_ options: EnvironmentOptions) -> Double? {
        options.text("preprocess") == "machado" ? 0.25 : nil
    }
}
