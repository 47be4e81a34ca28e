import Synchronization

/// One series that the program changes as it goes. Safe from any thread; a counter takes no lock.
package final class MetricSeries: Sendable {
    private let bounds: [Double]
    private let whole = Atomic<Int64>(0)
    private let rest: Mutex<Rest>

    private struct Rest {
        var number = 0.0
        var counts: [UInt64]
    }

    init(_ definition: MetricDefinition) {
        bounds = definition.kind == .histogram ? definition.buckets : []
        rest = Mutex(Rest(counts: definition.kind == .histogram ? Array(repeating: 0, count: bounds.count + 1) : []))
    }

    /// Adds to a counter or a gauge.
    package func increase(by amount: Int64 = 1) { whole.wrappingAdd(amount, ordering: .relaxed) }

    /// Sets a gauge.
    package func set(_ value: Double) {
        rest.withLock {
            $0.number = value
            whole.store(0, ordering: .relaxed)
        }
    }

    /// Sets a gauge.
    package func set(_ value: Int) { set(Double(value)) }

    /// Adds an observation to a histogram. What is not a number is no observation.
    package func observe(_ value: Double) {
        guard !value.isNaN else { return }
        // Few bounds: going through them is quicker than anything clever.
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        rest.withLock {
            guard bucket < $0.counts.count else { return }
            $0.counts[bucket] += 1
            $0.number += value
        }
    }

    /// Adds an observation, in seconds.
    package func observe(_ duration: Duration) {
        observe(Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18)
    }

    var value: MetricValue {
        rest.withLock { rest in
            guard rest.counts.isEmpty else { return .histogram(counts: rest.counts, sum: rest.number) }
            return .number(rest.number + Double(whole.load(ordering: .relaxed)))
        }
    }
}
