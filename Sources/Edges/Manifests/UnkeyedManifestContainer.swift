/// The elements of a list.
struct UnkeyedManifestContainer: UnkeyedDecodingContainer {
    private let decoder: ManifestDecoder
    private let nodes: [ManifestNode]
    private(set) var currentIndex = 0

    init(decoder: ManifestDecoder, nodes: [ManifestNode]) {
        self.decoder = decoder
        self.nodes = nodes
    }

    var codingPath: [any CodingKey] { [] }
    var count: Int? { nodes.count }
    var isAtEnd: Bool { currentIndex >= nodes.count }

    mutating func decodeNil() -> Bool {
        guard currentIndex < nodes.count, nodes[currentIndex].isNull else { return false }
        currentIndex += 1
        return true
    }

    private mutating func child() -> ManifestDecoder {
        let field = FieldPath.element(of: decoder.field, currentIndex)
        guard currentIndex < nodes.count else { return decoder.placeholder(for: field) }
        let node = nodes[currentIndex]
        currentIndex += 1
        guard node.isNull else { return ManifestDecoder(node: node, field: field, log: decoder.log) }
        decoder.log.error(field, node, "this entry is empty: write a value or remove the entry")
        return decoder.placeholder(for: field)
    }

    mutating func decode(_ type: Bool.Type) -> Bool { child().truthValue() }
    mutating func decode(_ type: String.Type) -> String { child().text() }
    mutating func decode(_ type: Double.Type) -> Double { child().number() }
    mutating func decode(_ type: Float.Type) -> Float { Float(child().number()) }
    mutating func decode(_ type: Int.Type) -> Int { child().integer(type) }
    mutating func decode(_ type: Int8.Type) -> Int8 { child().integer(type) }
    mutating func decode(_ type: Int16.Type) -> Int16 { child().integer(type) }
    mutating func decode(_ type: Int32.Type) -> Int32 { child().integer(type) }
    mutating func decode(_ type: Int64.Type) -> Int64 { child().integer(type) }
    mutating func decode(_ type: UInt.Type) -> UInt { child().integer(type) }
    mutating func decode(_ type: UInt8.Type) -> UInt8 { child().integer(type) }
    mutating func decode(_ type: UInt16.Type) -> UInt16 { child().integer(type) }
    mutating func decode(_ type: UInt32.Type) -> UInt32 { child().integer(type) }
    mutating func decode(_ type: UInt64.Type) -> UInt64 { child().integer(type) }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try T(from: child()) }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) -> KeyedDecodingContainer<NestedKey> {
        child().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedDecodingContainer { child().unkeyedContainer() }
    mutating func superDecoder() -> any Decoder { child() }
}
