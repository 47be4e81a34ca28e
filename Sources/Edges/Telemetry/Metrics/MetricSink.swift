/// Takes what a collector has to say at one scrape.
package struct MetricSink: Sendable {
    private(set) var values: [MetricDefinition: [MetricLabels: MetricValue]] = [:]
    private(set) var dropped = 0
    private let limit: Int

    init(seriesLimit: Int) { limit = seriesLimit }

    /// States the value of a counter or a gauge. The labels are the definition's, in any order; of two values for one
    /// series the later counts.
    package mutating func set(
        _ definition: MetricDefinition, _ labels: KeyValuePairs<String, String>, _ value: Double
    ) {
        set(definition, MetricLabels(labels.map { ($0, $1) }, of: definition), value)
    }

    /// States the value of a metric without labels.
    package mutating func set(_ definition: MetricDefinition, _ value: Double) { set(definition, [:], value) }

    /// The same, with the labels' values in the definition's order.
    mutating func set(_ definition: MetricDefinition, values labels: [String], _ value: Double) {
        set(definition, MetricLabels(Array(zip(definition.labels, labels)), of: definition), value)
    }

    private mutating func set(_ definition: MetricDefinition, _ labels: MetricLabels?, _ value: Double) {
        guard definition.kind != .histogram, let labels,
            values[definition]?[labels] != nil || (values[definition]?.count ?? 0) < limit
        else {
            dropped += 1
            return
        }
        values[definition, default: [:]][labels] = .number(value)
    }
}
