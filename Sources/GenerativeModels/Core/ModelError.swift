/// Why a model can't be made, fitted or used.
public enum ModelError: Error, Hashable, CustomStringConvertible {
    /// No model has that name; the advice is a sentence about those that there are.
    case unknownModel(String, advice: String?)
    /// A setting doesn't fit the data or another setting.
    case setting(String, value: String, expected: String)
    /// The data don't suit the model.
    case data(model: String, found: String, expected: String)
    /// The model lacks the requested ability.
    case ability(model: String, ability: String)

    /// Throws unless all kernel sizes are odd.
    static func requireOdd(_ kernels: KeyValuePairs<String, Int>) throws {
        for (name, size) in kernels where size % 2 == 0 {
            throw ModelError.setting(name, value: "\(size)", expected: "an odd number, so that the kernel has a centre")
        }
    }

    /// A sentence with the next thing to try.
    public var description: String {
        switch self {
        case .unknownModel(let name, let advice):
            "There is no model called '\(name)'." + (advice.map { " \($0)" } ?? "")
                + " 'reverie list models' lists them all."
        case .setting(let name, let value, let expected):
            "\(name) is \(value), expected \(expected); change it with --set \(name)=…"
        case .data(let model, let found, let expected):
            "\(model) needs \(expected), but the data hold \(found)"
        case .ability(let model, let ability):
            "\(model) can't \(ability); 'reverie list models \(model)' lists what it can do"
        }
    }
}
