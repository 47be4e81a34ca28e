/// A valid label selector. All its requirements must hold; one without requirements selects everything.
package struct Selector: Hashable, Sendable, CustomStringConvertible {
    package enum Requirement: Hashable, Sendable {
        case isIn(key: String, values: [String])
        case isNotIn(key: String, values: [String])
        case exists(key: String)
        case doesNotExist(key: String)
    }

    package var requirements: [Requirement]

    package init(_ requirements: [Requirement]) { self.requirements = requirements }

    package init(matchLabels: [String: String]) {
        requirements = matchLabels.sorted { $0.key < $1.key }.map { .isIn(key: $0.key, values: [$0.value]) }
    }

    package func matches(_ labels: [String: String]) -> Bool {
        requirements.allSatisfy { requirement in
            switch requirement {
            case .isIn(let key, let values): labels[key].map(values.contains) ?? false
            // As in Kubernetes, an object without the label is "not in".
            case .isNotIn(let key, let values): labels[key].map { !values.contains($0) } ?? true
            case .exists(let key): labels[key] != nil
            case .doesNotExist(let key): labels[key] == nil
            }
        }
    }

    /// As `kubectl -l` writes it: `app=web,tier in (a,b),!legacy`.
    package var description: String {
        requirements.map { requirement in
            switch requirement {
            case .isIn(let key, let values):
                values.count == 1 ? "\(key)=\(values[0])" : "\(key) in (\(values.joined(separator: ",")))"
            case .isNotIn(let key, let values): "\(key) notin (\(values.joined(separator: ",")))"
            case .exists(let key): key
            case .doesNotExist(let key): "!\(key)"
            }
        }.joined(separator: ",")
    }
}
