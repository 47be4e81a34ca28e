import Foundation

/// Finds the fields that a `Decodable` model reads: a decoder that says yes to everything and writes down what it is asked.
final class ModelFields: Decoder {
    /// What a schema calls the type of each field, by its path (`spec.addresses[]`).
    private(set) var types: [String: String] = [:]
    private var path = ""

    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    static func of(_ model: (some Decodable).Type) throws -> [String: String] {
        let fields = ModelFields()
        _ = try model.init(from: fields)
        return fields.types
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        note("object")
        return KeyedDecodingContainer(Keyed<Key>(fields: self, path: path))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer {
        note("array")
        return List(fields: self, path: path)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { Single(fields: self, path: path) }

    fileprivate func note(_ type: String) {
        if !path.isEmpty { types[path] = type }
    }

    /// Gives a value of any type, and writes down what it is.
    fileprivate func make<T: Decodable>(_ type: T.Type, at place: String) throws -> T {
        let outer = path
        path = place
        defer { path = outer }
        switch type {
        case is String.Type: note("string")
        case is Bool.Type: note("boolean")
        case is any FixedWidthInteger.Type: note("integer")
        default: return try T(from: self)
        }
        let plain: [Any] = ["x", true, 1, Int64(1), UInt16(1), UInt32(1)]
        guard let value = plain.lazy.compactMap({ $0 as? T }).first else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "\(type) at \(place)"))
        }
        return value
    }
}

extension ModelFields {
    private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let fields: ModelFields
        let path: String

        let codingPath: [any CodingKey] = []
        let allKeys: [Key] = []

        private func place(_ key: Key) -> String { path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)" }

        func contains(_ key: Key) -> Bool { true }
        func decodeNil(forKey key: Key) -> Bool { false }
        func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
            try fields.make(type, at: place(key))
        }
        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) -> KeyedDecodingContainer<Nested> {
            KeyedDecodingContainer(Keyed<Nested>(fields: fields, path: place(key)))
        }
        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedDecodingContainer {
            List(fields: fields, path: place(key))
        }
        func superDecoder() -> any Decoder { fields }
        func superDecoder(forKey key: Key) -> any Decoder { fields }
    }

    private struct List: UnkeyedDecodingContainer {
        let fields: ModelFields
        let path: String

        let codingPath: [any CodingKey] = []
        let count: Int? = 1
        var currentIndex = 0
        var isAtEnd: Bool { currentIndex == 1 }

        mutating func decodeNil() -> Bool { false }
        mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
            currentIndex = 1
            return try fields.make(type, at: "\(path)[]")
        }
        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) -> KeyedDecodingContainer<Nested> {
            KeyedDecodingContainer(Keyed<Nested>(fields: fields, path: "\(path)[]"))
        }
        mutating func nestedUnkeyedContainer() -> any UnkeyedDecodingContainer {
            List(fields: fields, path: "\(path)[]")
        }
        mutating func superDecoder() -> any Decoder { fields }
    }

    private struct Single: SingleValueDecodingContainer {
        let fields: ModelFields
        let path: String

        let codingPath: [any CodingKey] = []

        func decodeNil() -> Bool { false }
        func decode<T: Decodable>(_ type: T.Type) throws -> T { try fields.make(type, at: path) }
    }
}
