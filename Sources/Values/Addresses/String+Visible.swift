extension String {
    /// The text for a message: what a person cannot see, such as a line break, a no-break space or a zero-width space, is
    /// written as `\u{A0}`. The plain space stays.
    package var visible: String {
        guard unicodeScalars.contains(where: \.isInvisible) else { return self }
        var result = ""
        for scalar in unicodeScalars {
            if scalar.isInvisible {
                result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The text without the white space around it, as Go's `strings.TrimSpace` has it (Unicode's White_Space).
    package var trimmed: String { Substring(self).trimmed }
}

extension Substring {
    /// The text without the white space around it, as Go's `strings.TrimSpace` has it (Unicode's White_Space).
    package var trimmed: String {
        var scalars = unicodeScalars[...]
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }
}

extension Unicode.Scalar {
    fileprivate var isInvisible: Bool {
        if isASCII { return value < 0x20 || value == 0x7F }
        return switch properties.generalCategory {
        case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned:
            true
        default: false
        }
    }
}
