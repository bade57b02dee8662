/// How an environment presents an arcade game, with the names and values of the Arcade Learning Environment.
public struct ArcadeSettings: Hashable, Sendable {
    /// Whether all 18 actions are available, not only those that the game uses.
    public var hasFullActionSpace = false
    /// The probability that a frame repeats the last action instead of the given one, 0...1 (Machado et al. 2018).
    public var repeatActionProbability = 0.0
    /// The form of observations.
    public var screenForm = ScreenForm.color
    /// The frame after which an episode is truncated; `Int.max` for no limit.
    public var frameLimit = 108_000

    /// The minimal actions, no repetition, colour, and half an hour of play.
    public init() {}

    static let options = [
        EnvironmentOption(
            "full_action_space", "whether all 18 actions are available, not only the game's", usual: "false"),
        EnvironmentOption(
            "repeat_action_probability",
            "sticky actions: the probability that a frame repeats the last action; usually 0.25",
            usual: "0"),
        EnvironmentOption("obs_type", "rgb or grayscale, without preprocessing", usual: "rgb"),
        EnvironmentOption(
            "max_num_frames_per_episode", "frames after which an episode is truncated; 0: no limit", usual: "108000"
        ),
    ]

    /// Reads the settings from options.
    ///
    /// - Throws: ``EnvironmentError/badValue(option:value:expected:)``.
    init(_ options: EnvironmentOptions) throws(EnvironmentError) {
        hasFullActionSpace = try options.flag("full_action_space") ?? false
        repeatActionProbability =
            try options.number("repeat_action_probability", in: 0...1) ?? PreprocessingParts.stickiness(options) ?? 0
        screenForm = try options.choice("obs_type", of: ["rgb", "grayscale"]) == "grayscale" ? .gray : .color
        let limit = try options.integer("max_num_frames_per_episode", in: 0...1_000_000_000) ?? 108_000
        frameLimit = limit == 0 ? .max : limit
    }
}
