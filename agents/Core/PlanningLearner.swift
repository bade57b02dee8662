import Experience

/// A learner that computes its policy from transition probabilities instead of from experience.
public protocol PlanningLearner: Learner {
    /// The number of sweeps over all states so far.
    var sweeps: Int { get }

    /// Asked before each sweep: true interrupts ``Learner/learn(from:)``, whose step may otherwise take as long as it
    /// takes.
    var shouldStop: () -> Bool { get set }

    /// Whether the last step was interrupted. It has then changed nothing, and a resumed run makes it again.
    var wasInterrupted: Bool { get }

    /// The values of the states that the rows are observations of, as planned so far.
    func stateValues(of observations: Rows) -> [Double]
}
