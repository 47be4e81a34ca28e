/// What Kubernetes takes for the keys and values of labels.
enum LabelSyntax {
    /// Why a key is none, as a clause; `nil` if it is one.
    static func problem(key: String) -> String? {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { return "has more than one \"/\"" }
        if parts.count == 2 {
            guard (1...253).contains(parts[0].utf8.count),
                parts[0].split(separator: ".", omittingEmptySubsequences: false)
                    .allSatisfy(isDNSLabel)
            else { return "has a prefix that is not a DNS name" }
        }
        guard let name = parts.last, !name.isEmpty else { return "has no name" }
        return problem(word: name)
    }

    /// Why a value is none, as a clause; `nil` if it is one. The empty value is one.
    static func problem(value: String) -> String? { value.isEmpty ? nil : problem(word: value[...]) }

    private static func problem(word: Substring) -> String? {
        guard word.utf8.count <= 63 else { return "has more than 63 characters" }
        guard word.utf8.allSatisfy({ isAlphanumeric($0) || [0x2D, 0x2E, 0x5F].contains($0) }) else {
            return "may only have letters, digits, \"-\", \"_\" and \".\""
        }
        guard let first = word.utf8.first, let last = word.utf8.last, isAlphanumeric(first), isAlphanumeric(last) else {
            return "must begin and end with a letter or digit"
        }
        return nil
    }

    private static func isDNSLabel(_ label: Substring) -> Bool {
        guard let first = label.utf8.first, let last = label.utf8.last else { return false }
        func isLower(_ byte: UInt8) -> Bool { isAlphanumeric(byte) && !(0x41...0x5A).contains(byte) }
        return isLower(first) && isLower(last) && label.utf8.allSatisfy { isLower($0) || $0 == 0x2D }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
