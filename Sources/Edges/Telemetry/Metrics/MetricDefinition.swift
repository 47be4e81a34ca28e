/// A family of metrics: what it is called, what it means and which labels tell its series apart.
package struct MetricDefinition: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case counter
        case gauge
        case histogram
    }

    package let name: String
    package let kind: Kind
    /// A sentence for a person.
    package let help: String
    /// The labels, in the order in which they are printed. Each takes few values: names of configured things and words
    /// from a closed list, never addresses of clients or texts of errors.
    package let labels: [String]
    /// Of a histogram: the upper bounds, ascending, in the metric's unit.
    package let buckets: [Double]

    package init(_ name: String, _ kind: Kind, _ help: String, labels: [String] = [], buckets: [Double] = []) {
        self.name = name
        self.kind = kind
        self.help = help
        self.labels = labels
        self.buckets = buckets
    }

    /// For times between a decision and its effect: 100 µs to 10 s.
    package static let latencyBuckets = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
}
