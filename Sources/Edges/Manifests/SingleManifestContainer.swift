/// A value that is not taken apart.
struct SingleManifestContainer: SingleValueDecodingContainer {
    let decoder: ManifestDecoder

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { decoder.node.isNull }
    func decode(_ type: Bool.Type) -> Bool { decoder.truthValue() }
    func decode(_ type: String.Type) -> String { decoder.text() }
    func decode(_ type: Double.Type) -> Double { decoder.number() }
    func decode(_ type: Float.Type) -> Float { Float(decoder.number()) }
    func decode(_ type: Int.Type) -> Int { decoder.integer(type) }
    func decode(_ type: Int8.Type) -> Int8 { decoder.integer(type) }
    func decode(_ type: Int16.Type) -> Int16 { decoder.integer(type) }
    func decode(_ type: Int32.Type) -> Int32 { decoder.integer(type) }
    func decode(_ type: Int64.Type) -> Int64 { decoder.integer(type) }
    func decode(_ type: UInt.Type) -> UInt { decoder.integer(type) }
    func decode(_ type: UInt8.Type) -> UInt8 { decoder.integer(type) }
    func decode(_ type: UInt16.Type) -> UInt16 { decoder.integer(type) }
    func decode(_ type: UInt32.Type) -> UInt32 { decoder.integer(type) }
    func decode(_ type: UInt64.Type) -> UInt64 { decoder.integer(type) }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try T(from: decoder) }
}
