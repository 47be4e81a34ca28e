import Synchronization

/// Keeps the metrics of a process and prints them as Prometheus reads them.
///
/// What changes often and on a hot path is a ``MetricSeries``, made once and kept by its user. What can be counted when
/// asked is stated by a collector, at scrape time; so tables of pools and peers cost nothing in between, and a series is
/// gone as soon as its thing is.
///
/// Series are bounded: a label set that its definition does not know, and any series beyond ``seriesLimit`` of one
/// metric, is not kept but counted in `martlet_metrics_dropped_series_total`.
package final class PrometheusRegistry: Sendable {
    /// The text format, version 0.0.4.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"
    /// Series that one metric may have.
    package static let seriesLimit = 2_000

    package typealias Collector = @Sendable (inout MetricSink) async -> Void

    private struct Family {
        let definition: MetricDefinition
        var series: [MetricLabels: MetricSeries] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        var collectors: [Collector] = []
    }

    private let state: Mutex<State>
    private let dropped: MetricSeries

    /// - Parameter definitions: those that there are; a metric that is not among them is taken as it comes.
    package init(_ definitions: [MetricDefinition] = MetricNames.all) {
        var state = State()
        for definition in definitions { state.families[definition.name] = Family(definition: definition) }
        dropped = MetricSeries(MetricNames.droppedSeries)
        if let labels = MetricLabels([], of: MetricNames.droppedSeries) {
            state.families[MetricNames.droppedSeries.name, default: Family(definition: MetricNames.droppedSeries)]
                .series[labels] = dropped
        }
        self.state = Mutex(state)
    }

    /// The series of a metric with these labels, made if there is none. One that may not be kept still counts, unseen.
    package func series(_ definition: MetricDefinition, _ labels: KeyValuePairs<String, String> = [:]) -> MetricSeries {
        let labels = labels.map { ($0, $1) }
        let found = state.withLock { state -> MetricSeries? in
            let family = state.families[definition.name] ?? Family(definition: definition)
            guard family.definition.kind == definition.kind,
                let labels = MetricLabels(labels, of: family.definition)
            else { return nil }
            if let known = family.series[labels] { return known }
            guard family.series.count < PrometheusRegistry.seriesLimit else { return nil }
            let made = MetricSeries(family.definition)
            state.families[definition.name, default: family].series[labels] = made
            return made
        }
        if let found { return found }
        dropped.increase()
        return MetricSeries(definition)
    }

    /// Adds a closure that states values at each scrape.
    package func collect(_ collector: @escaping Collector) { state.withLock { $0.collectors.append(collector) } }

    // MARK: The text format

    /// Everything, sorted by name and labels. Metrics without series are left out.
    package func exposition() async -> String {
        var sink = MetricSink(seriesLimit: PrometheusRegistry.seriesLimit)
        for collector in state.withLock({ $0.collectors }) { await collector(&sink) }
        dropped.increase(by: Int64(sink.dropped))

        var definitions: [String: MetricDefinition] = [:]
        var values: [String: [MetricLabels: MetricValue]] = [:]
        let families = state.withLock { $0.families }
        for (name, family) in families where !family.series.isEmpty {
            definitions[name] = family.definition
            values[name] = family.series.mapValues(\.value)
        }
        for (definition, collected) in sink.values {
            definitions[definition.name] = definitions[definition.name] ?? definition
            values[definition.name, default: [:]].merge(collected) { _, collected in collected }
        }
        var text = ""
        for (name, definition) in definitions.sorted(by: { $0.key < $1.key }) {
            PrometheusRegistry.append(definition, values[name] ?? [:], to: &text)
        }
        return text
    }

    private static func append(
        _ definition: MetricDefinition, _ series: [MetricLabels: MetricValue], to text: inout String
    ) {
        let help = definition.help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        text += "# HELP \(definition.name) \(help)\n# TYPE \(definition.name) \(definition.kind.rawValue)\n"
        for (labels, value) in series.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .number(let number):
                text += "\(definition.name)\(labels.text()) \(number.expositionText)\n"
            case .histogram(let counts, let sum):
                var total: UInt64 = 0
                for (count, bound) in zip(counts, definition.buckets + [.infinity]) {
                    total += count
                    let labels = labels.text(and: ("le", bound.expositionText))
                    text += "\(definition.name)_bucket\(labels) \(total)\n"
                }
                text += "\(definition.name)_sum\(labels.text()) \(sum.expositionText)\n"
                text += "\(definition.name)_count\(labels.text()) \(total)\n"
            }
        }
    }
}
