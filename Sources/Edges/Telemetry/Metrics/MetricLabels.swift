/// The labels of one series: names and values, in the order of their metric's definition.
package struct MetricLabels: Hashable, Sendable, Comparable {
    let pairs: [Pair]

    struct Pair: Hashable, Sendable {
        let name: String
        let value: String
    }

    /// The labels that a definition names, in its order; `nil` if one is missing or one is too many.
    init?(_ given: [(String, String)], of definition: MetricDefinition) {
        guard given.count == definition.labels.count else { return nil }
        var pairs: [Pair] = []
        for name in definition.labels {
            guard let value = given.first(where: { $0.0 == name })?.1 else { return nil }
            pairs.append(Pair(name: name, value: value))
        }
        self.pairs = pairs
    }

    package static func < (a: MetricLabels, b: MetricLabels) -> Bool {
        a.pairs.lexicographicallyPrecedes(b.pairs) { ($0.name, $0.value) < ($1.name, $1.value) }
    }

    /// `{pool="lan",family="IPv4"}`, with one more where given; nothing where there is none.
    func text(and extra: (name: String, value: String)? = nil) -> String {
        var parts = pairs.map { "\($0.name)=\"\(MetricLabels.escape($0.value))\"" }
        if let extra { parts.append("\(extra.name)=\"\(MetricLabels.escape(extra.value))\"") }
        return parts.isEmpty ? "" : "{" + parts.joined(separator: ",") + "}"
    }

    /// Backslash, quote and line feed, as the text format says.
    private static func escape(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 == 0x5C || $0 == 0x22 || $0 == 0x0A }) else { return value }
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
