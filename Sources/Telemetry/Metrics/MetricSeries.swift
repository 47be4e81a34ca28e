import CoreMetrics
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

    private func zero() {
        rest.withLock { rest in
            rest.number = 0
            rest.counts = rest.counts.map { _ in 0 }
            whole.store(0, ordering: .relaxed)
        }
    }

    private func add(_ amount: Double) { rest.withLock { $0.number += amount } }
}

// MARK: - The handlers of swift-metrics

extension MetricSeries: CounterHandler {
    package func increment(by amount: Int64) { if amount > 0 { increase(by: amount) } }
    package func reset() { zero() }
}

extension MetricSeries: FloatingPointCounterHandler {
    package func increment(by amount: Double) { if amount > 0, amount.isFinite { add(amount) } }
}

extension MetricSeries: MeterHandler {
    package func set(_ value: Int64) { set(Double(value)) }
    package func decrement(by amount: Double) { if amount.isFinite { add(-amount) } }
}

extension MetricSeries: RecorderHandler {
    package func record(_ value: Int64) { record(Double(value)) }
    package func record(_ value: Double) { if bounds.isEmpty { set(value) } else { observe(value) } }
}

extension MetricSeries: TimerHandler {
    package func recordNanoseconds(_ duration: Int64) { observe(Double(duration) / 1e9) }
}
