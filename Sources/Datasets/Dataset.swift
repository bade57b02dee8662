/// Data to fit a model to, in three parts.
public struct Dataset: Sendable {
    /// What a model has to know about the rows.
    public struct Description: Hashable, Sendable {
        public var name: String
        /// The extents of a row, such as (28, 28, 1) or (16), or of one step of a sequence; a text's is ().
        public var shape: [Int]
        public var kind: ElementKind
        public var isSequential: Bool
        /// The number of classes; 0 if rows have no labels.
        public var classCount: Int
        /// The names of the classes, in their order; empty if they are known by their numbers.
        public var classNames: [String]
        /// The symbol that ends a sequence; nil if there is none.
        public var endSymbol: Int?

        public init(
            name: String, shape: [Int], kind: ElementKind, isSequential: Bool = false, classCount: Int = 0,
            classNames: [String] = []
        ) {
            self.classNames = classNames
            (self.name, self.shape, self.kind) = (name, shape, kind)
            (self.isSequential, self.classCount) = (isSequential, classCount)
        }

        /// The number of numbers in a row, or in a step.
        public var width: Int { shape.reduce(1, *) }

        /// Height, width and channels, if a row is laid out in a grid.
        public var grid: (height: Int, width: Int, channels: Int)? {
            guard !isSequential, 2...3 ~= shape.count else { return nil }
            return (shape[0], shape[1], shape.count == 3 ? shape[2] : 1)
        }

        /// The same if a row is an image, grey or in colour.
        public var picture: (height: Int, width: Int, channels: Int)? {
            grid.flatMap { [1, 3].contains($0.channels) ? $0 : nil }
        }
    }

    public enum Part: String, Hashable, Sendable, CaseIterable {
        case training, validation, test
    }

    public var description: Description
    /// The rows that a model learns from.
    public var training: DataRows
    /// The rows that select parameters and settings.
    public var validation: DataRows
    /// The held-out rows that results are reported for.
    public var test: DataRows
    /// Where the rows of each part come from; parts that are missing here are called by the dataset's name.
    public var origins: [Part: DataOrigin]
    /// How a table was read; nil for other data.
    public var table: TableLayout?
    /// What was left out of the data or guessed, in sentences.
    public var notes: [String] = []

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

    /// Where a row comes from: a file and a place in it, for errors.
    public func place(of row: Int, in part: Part) -> String {
        (origins[part] ?? DataOrigin("\(description.name), \(part.rawValue)")).place(of: row)
    }
}

extension Dataset {
    /// How the numbers are prepared for a model of each kind, in a few words; kinds that they can't become are left
    /// out.
    public func preparations(
        _ settings: DataSettings
    ) -> [(kind: ElementKind.Name, summary: String)] {
        Suitability(dataset: self, settings: settings, model: "a model").preparations
    }
}
