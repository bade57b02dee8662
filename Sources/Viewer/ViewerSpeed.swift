import Graphics

/// The requested speed of a scene.
public enum ViewerSpeed: Hashable, Sendable {
    /// A multiple of real time.
    case times(Double)
    /// As fast as the machine can.
    case unlimited

    /// The scene's own pace.
    public static let realTime = ViewerSpeed.times(1)

    /// The multiples of real time that the keys can reach.
    static let range = 1.0 / 64...1024.0

    /// Half the speed; real time if there was no limit.
    var halved: ViewerSpeed {
        guard case .times(let factor) = self else { return .realTime }
        return .times(max(factor / 2, ViewerSpeed.range.lowerBound))
    }

    /// Twice the speed.
    var doubled: ViewerSpeed {
        guard case .times(let factor) = self else { return .unlimited }
        return .times(min(factor * 2, ViewerSpeed.range.upperBound))
    }

    /// The speed in a few characters: "1×", "1/4×", "unlimited".
    var text: String {
        guard case .times(let factor) = self else { return "unlimited" }
        return factor < 1 ? "1/" + ViewerSpeed.number(1 / factor) + "×" : ViewerSpeed.number(factor) + "×"
    }

    /// A multiple of real time as text, with a decimal only if it is not 0.
    static func number(_ factor: Double) -> String {
        if factor >= 10_000 { return NumberText.fixed(factor / 1000, decimals: 0) + "k" }
        return NumberText.fixed(factor, decimals: factor < 10 && factor != factor.rounded() ? 1 : 0)
    }
}
