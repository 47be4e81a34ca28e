import Telemetry
import Timing

/// What a speaker counts as it goes; the rest is taken from its state on request.
package struct SpeakerMetrics: Sendable {
    let gained: MetricSeries
    let lost: MetricSeries
    let layer2Latency: MetricSeries
    let bgpLatency: MetricSeries
    let refusedConnections: MetricSeries

    package init(_ registry: PrometheusRegistry) {
        gained = registry.series(MetricNames.ownershipChanges, ["change": "gained"])
        lost = registry.series(MetricNames.ownershipChanges, ["change": "lost"])
        layer2Latency = registry.series(MetricNames.eventToWire, ["protocol": "layer2"])
        bgpLatency = registry.series(MetricNames.eventToWire, ["protocol": "bgp"])
        refusedConnections = registry.series(MetricNames.refusedConnections)
    }
}
