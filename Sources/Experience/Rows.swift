/// Rows of equal width, such as the observations of several environments, in their own element type: a view of memory
/// that is owned elsewhere.
public struct Rows {
    /// The first byte of the first row.
    public let memory: UnsafeRawPointer
    /// The type of the elements.
    public let type: ElementType
    public let count: Int
    /// The number of elements in a row.
    public let width: Int

    /// A view of `count` rows of `width` elements.
    @inlinable public init(_ memory: UnsafeRawPointer, type: ElementType, count: Int, width: Int) {
        (self.memory, self.type, self.count, self.width) = (memory, type, count, width)
    }

    /// A view of `count` rows of elements of a known type; `values.count` is divided evenly among the rows.
    @inlinable public init<Element: RowElement>(_ values: UnsafeBufferPointer<Element>, count: Int) {
        precondition(count > 0 && values.count % count == 0, "\(values.count) elements don't form \(count) rows")
        self.init(values.baseAddress!, type: Element.elementType, count: count, width: values.count / count)
    }

    /// The number of bytes in one row.
    @inlinable public var rowBytes: Int { width * type.size }

    /// All bytes, row after row.
    @inlinable public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: memory, count: count * rowBytes)
    }

    /// The first byte of row `row`.
    @inlinable public func row(_ row: Int) -> UnsafeRawPointer { memory + row * rowBytes }

    /// The bytes of one row.
    public func bytes(of row: Int) -> UnsafeRawBufferPointer {
        precondition(0 <= row && row < count, "row \(row) is not among the \(count) rows")
        return UnsafeRawBufferPointer(start: self.row(row), count: rowBytes)
    }

    /// All elements, row after row.
    ///
    /// - Precondition: they are of this type.
    @inlinable public func elements<Element: RowElement>(as _: Element.Type = Element.self)
        -> UnsafeBufferPointer<Element>
    {
        precondition(Element.elementType == type, "rows of \(type) don't have elements of \(Element.elementType)")
        return UnsafeBufferPointer(start: memory.assumingMemoryBound(to: Element.self), count: count * width)
    }

    /// The elements of rows of int64: discrete actions, one per row.
    @inlinable public var integers: UnsafeBufferPointer<Int> { elements() }

    /// The elements of rows of float32.
    @inlinable public var floats: UnsafeBufferPointer<Float> { elements() }

    /// The integer at a place of a row: a discrete observation or action, or one number of several. Floats are
    /// truncated to integers.
    @inlinable public func integer(_ row: Int, _ place: Int = 0) -> Int {
        let element = self.row(row) + place * type.size
        return switch type {
        case .int32: Int(element.load(as: Int32.self))
        case .int64: element.load(as: Int.self)
        case .uint8, .boolean: Int(element.load(as: UInt8.self))
        case .float32: Int(element.load(as: Float.self))
        case .float64: Int(element.load(as: Double.self))
        }
    }

    /// The number at a place of a row, whatever its type.
    @inlinable public func number(_ row: Int, _ place: Int = 0) -> Double {
        let element = self.row(row) + place * type.size
        return switch type {
        case .float32: Double(element.loadUnaligned(as: Float.self))
        case .float64: element.loadUnaligned(as: Double.self)
        case .int32: Double(element.loadUnaligned(as: Int32.self))
        case .int64: Double(element.loadUnaligned(as: Int.self))
        case .uint8, .boolean: Double(element.load(as: UInt8.self))
        }
    }

    /// The numbers of a row.
    public func numbers(_ row: Int) -> [Double] { (0..<width).map { number(row, $0) } }

    /// The index of the first row that contains a NaN; nil if there is none.
    public var firstNaN: Int? {
        switch type {
        case .float32: floats.firstIndex(where: \.isNaN).map { $0 / width }
        case .float64: elements(as: Double.self).firstIndex(where: \.isNaN).map { $0 / width }
        case .uint8, .int32, .int64, .boolean: nil
        }
    }
}

/// Writable rows, such as the actions of several environments.
public struct MutableRows {
    /// The first byte of the first row.
    public let memory: UnsafeMutableRawPointer
    /// The type of the elements.
    public let type: ElementType
    public let count: Int
    /// The number of elements in a row.
    public let width: Int

    /// A view of `count` rows of `width` elements.
    @inlinable public init(_ memory: UnsafeMutableRawPointer, type: ElementType, count: Int, width: Int) {
        (self.memory, self.type, self.count, self.width) = (memory, type, count, width)
    }

    /// A view of `count` rows of elements of a known type; `values.count` is divided evenly among the rows.
    @inlinable public init<Element: RowElement>(_ values: UnsafeMutableBufferPointer<Element>, count: Int) {
        precondition(count > 0 && values.count % count == 0, "\(values.count) elements don't form \(count) rows")
        self.init(values.baseAddress!, type: Element.elementType, count: count, width: values.count / count)
    }

    /// The same rows, for reading.
    @inlinable public var rows: Rows { Rows(memory, type: type, count: count, width: width) }

    /// The number of bytes in one row.
    @inlinable public var rowBytes: Int { width * type.size }

    /// The first byte of row `row`.
    @inlinable public func row(_ row: Int) -> UnsafeMutableRawPointer { memory + row * rowBytes }

    /// All elements, row after row.
    ///
    /// - Precondition: they are of this type.
    @inlinable public func elements<Element: RowElement>(as _: Element.Type = Element.self)
        -> UnsafeMutableBufferPointer<Element>
    {
        precondition(Element.elementType == type, "rows of \(type) don't have elements of \(Element.elementType)")
        return UnsafeMutableBufferPointer(start: memory.assumingMemoryBound(to: Element.self), count: count * width)
    }

    /// The elements of rows of int64: discrete actions, one per row.
    @inlinable public var integers: UnsafeMutableBufferPointer<Int> { elements() }

    /// The elements of rows of float32.
    @inlinable public var floats: UnsafeMutableBufferPointer<Float> { elements() }

    /// Writes the number at a place of a row.
    ///
    /// - Precondition: in rows of integers, the number is whole and within the type's range.
    @inlinable public func set(_ row: Int, _ place: Int, to number: Double) {
        let element = self.row(row) + place * type.size
        switch type {
        case .float32: element.storeBytes(of: Float(number), as: Float.self)
        case .float64: element.storeBytes(of: number, as: Double.self)
        case .int32: element.storeBytes(of: Int32(number), as: Int32.self)
        case .int64: element.storeBytes(of: Int(number), as: Int.self)
        case .uint8, .boolean: element.storeBytes(of: UInt8(number), as: UInt8.self)
        }
    }

    /// Writes the numbers of a row.
    ///
    /// - Precondition: there are as many numbers as a row has, each as in ``set(_:_:to:)-(_,Int,_)``.
    public func set(_ row: Int, to numbers: [Double]) {
        precondition(numbers.count == width, "\(numbers.count) numbers don't fit a row of \(width)")
        for place in 0..<width { set(row, place, to: numbers[place]) }
    }
}
