/// What a plain (unquoted) scalar means to Kubernetes, whose YAML is 1.1 with a few changes.
///
/// A base-60 number such as `64500:3`, a date and a version are text; `y` and `n` are text unless a truth value is
/// asked for.
package enum PlainScalar: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int)
    /// A number that no `Int` holds.
    case number
    case text

    package init(_ text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": self = .boolean(true)
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": self = .boolean(false)
        default: self = PlainScalar(number: Array(text.utf8))
        }
    }

    private init(number bytes: [UInt8]) {
        guard let first = bytes.first, first == 0x2B || first == 0x2D || first == 0x2E || first.isDecimalDigit else {
            self = .text
            return
        }
        var digits = bytes[...]
        let isNegative = first == 0x2D
        if isNegative || first == 0x2B { digits = digits.dropFirst() }
        if let integer = PlainScalar.integer(digits) {
            switch integer {
            case .some(let magnitude): self = .integer(isNegative ? -magnitude : magnitude)
            case .none: self = .number
            }
            return
        }
        self = PlainScalar.decimal(bytes)
    }

    /// The magnitude that digits write: outer `nil` if they are not an integer, inner `nil` if it is too large.
    private static func integer(_ text: ArraySlice<UInt8>) -> Int?? {
        let significant = text.filter { $0 != 0x5F }  // Underscores group digits in YAML 1.1.
        guard let first = text.first, first != 0x5F, !significant.isEmpty else { return .none }
        var radix = 10
        var digits = significant[...]
        if first == 0x30, significant.count > 1 {
            switch significant[1] {
            case 0x78, 0x58: (radix, digits) = (16, significant.dropFirst(2))
            case 0x6F, 0x4F: (radix, digits) = (8, significant.dropFirst(2))
            case 0x62, 0x42: (radix, digits) = (2, significant.dropFirst(2))
            // YAML 1.1: a leading zero means octal; with an 8 or 9 in it, it is decimal after all.
            default: radix = significant.contains { $0 > 0x37 } ? 10 : 8
            }
        }
        guard !digits.isEmpty, digits.allSatisfy({ $0.digitValue.map { $0 < radix } ?? false }) else { return .none }
        return .some(Int(String(decoding: digits, as: UTF8.self), radix: radix))
    }

    /// A number with a point or an exponent; whole ones are integers, as in JSON.
    private static func decimal(_ bytes: [UInt8]) -> PlainScalar {
        let text = String(decoding: bytes, as: UTF8.self)
        var unsigned = text[...]
        if let first = unsigned.first, first == "+" || first == "-" { unsigned = unsigned.dropFirst() }
        if [".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"].contains(String(unsigned)) { return .number }
        guard bytes.contains(where: \.isDecimalDigit),
            bytes.allSatisfy({ $0.isDecimalDigit || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) }),
            let value = Double(text)
        else { return .text }
        // Beyond 2^53 not every whole number is a Double.
        guard value.rounded() == value, abs(value) < 9_007_199_254_740_992 else { return .number }
        return .integer(Int(value))
    }
}

extension UInt8 {
    var isDecimalDigit: Bool { (0x30...0x39).contains(self) }

    /// The value of an ASCII digit of any radix up to 16.
    var digitValue: Int? {
        switch self {
        case 0x30...0x39: Int(self) - 0x30
        case 0x41...0x46: Int(self) - 0x41 + 10
        case 0x61...0x66: Int(self) - 0x61 + 10
        default: nil
        }
    }
}
