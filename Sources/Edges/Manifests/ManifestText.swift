/// The text of a file.
enum ManifestText {
    /// Decodes UTF-8, with or without a byte order mark.
    static func text(of bytes: [UInt8]) throws(ManifestSyntaxError) -> String {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw ManifestSyntaxError(line: 1, message: "not YAML: the file is UTF-16: save it as UTF-8")
        }
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        if let text = String(validating: content, as: UTF8.self) { return text }
        throw ManifestSyntaxError(
            line: 1 + content.prefix(validPrefix(of: content)).count { $0 == 0x0A },
            message: "not YAML: this line has an octet that is not UTF-8: save the file as UTF-8")
    }

    /// How many octets from the start are UTF-8.
    private static func validPrefix(of bytes: ArraySlice<UInt8>) -> Int {
        var valid = 0
        var decoder = UTF8()
        var counted = CountingIterator(bytes: bytes)
        while case .scalarValue = decoder.decode(&counted) { valid = counted.count }
        return valid
    }

    private struct CountingIterator: IteratorProtocol {
        let bytes: ArraySlice<UInt8>
        var count = 0

        mutating func next() -> UInt8? {
            guard count < bytes.count else { return nil }
            defer { count += 1 }
            return bytes[bytes.startIndex + count]
        }
    }
}
