/// The fields of a mapping.
struct KeyedManifestContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let decoder: ManifestDecoder
    private let access: DecodingLog.Access
    private let values: MappingEntries

    /// The decoder's value must be a mapping.
    init(decoder: ManifestDecoder) {
        self.decoder = decoder
        access = decoder.log.access(decoder.field, decoder.node)
        values = MappingEntries(decoder.node)
    }

    var codingPath: [any CodingKey] { [] }

    /// Only a dictionary asks for all keys: a model knows its own.
    var allKeys: [Key] {
        access.isDictionary = true
        guard case .mapping(let entries) = decoder.node.content else { return [] }
        return entries.compactMap { Key(stringValue: $0.key) }
    }

    func contains(_ key: Key) -> Bool {
        access.ask(key.stringValue)
        return values[key.stringValue] != nil
    }

    func decodeNil(forKey key: Key) -> Bool {
        access.ask(key.stringValue)
        return values[key.stringValue]?.value.isNull ?? true
    }

    /// A decoder of a field that must be there.
    private func child(_ key: Key) -> ManifestDecoder {
        access.ask(key.stringValue)
        let field = FieldPath.child(of: decoder.field, key: key.stringValue)
        if let entry = values[key.stringValue], !entry.value.isNull {
            return ManifestDecoder(node: entry.value, field: field, log: decoder.log)
        }
        // Kubernetes reads a label without a value as an empty one.
        if !access.isDictionary, !decoder.isPlaceholder {
            decoder.log.error(field, decoder.node, "this field is required: add \"\(key.stringValue)\"")
        }
        return decoder.placeholder(for: field)
    }

    func decode(_ type: Bool.Type, forKey key: Key) -> Bool { child(key).truthValue() }
    func decode(_ type: String.Type, forKey key: Key) -> String { child(key).text() }
    func decode(_ type: Double.Type, forKey key: Key) -> Double { child(key).number() }
    func decode(_ type: Float.Type, forKey key: Key) -> Float { Float(child(key).number()) }
    func decode(_ type: Int.Type, forKey key: Key) -> Int { child(key).integer(type) }
    func decode(_ type: Int8.Type, forKey key: Key) -> Int8 { child(key).integer(type) }
    func decode(_ type: Int16.Type, forKey key: Key) -> Int16 { child(key).integer(type) }
    func decode(_ type: Int32.Type, forKey key: Key) -> Int32 { child(key).integer(type) }
    func decode(_ type: Int64.Type, forKey key: Key) -> Int64 { child(key).integer(type) }
    func decode(_ type: UInt.Type, forKey key: Key) -> UInt { child(key).integer(type) }
    func decode(_ type: UInt8.Type, forKey key: Key) -> UInt8 { child(key).integer(type) }
    func decode(_ type: UInt16.Type, forKey key: Key) -> UInt16 { child(key).integer(type) }
    func decode(_ type: UInt32.Type, forKey key: Key) -> UInt32 { child(key).integer(type) }
    func decode(_ type: UInt64.Type, forKey key: Key) -> UInt64 { child(key).integer(type) }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try T(from: child(key)) }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) -> KeyedDecodingContainer<NestedKey> {
        child(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedDecodingContainer { child(key).unkeyedContainer() }
    func superDecoder() -> any Decoder { decoder }
    func superDecoder(forKey key: Key) -> any Decoder { child(key) }
}
