/// Which objects a list or watch is about: the selectors that Martlet uses.
struct ObjectSelector: Hashable, Sendable {
    private var labels: [String: String] = [:]
    private var fields: [String: String] = [:]

    init(_ query: [String: String]) {
        labels = ObjectSelector.parse(query["labelSelector"])
        fields = ObjectSelector.parse(query["fieldSelector"])
    }

    func matches(_ object: JSON) -> Bool {
        labels.allSatisfy { object["metadata", "labels", $0.key]?.string == $0.value }
            && fields.allSatisfy { field, value in
                switch field {
                case "metadata.name": object["metadata", "name"]?.string == value
                case "metadata.namespace": object["metadata", "namespace"]?.string == value
                case "spec.type": object["spec", "type"]?.string == value
                default: false
                }
            }
    }

    private static func parse(_ text: String?) -> [String: String] {
        Dictionary(
            (text ?? "").split(separator: ",").compactMap { part in
                let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
                return sides.count == 2 ? (sides[0], sides[1]) : nil
            }, uniquingKeysWith: { _, last in last })
    }
}
