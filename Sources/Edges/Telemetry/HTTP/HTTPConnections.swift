import Addresses
import Logging
import NIOCore
import Synchronization
import SystemIO
import Timing

/// The shell around ``ConnectionTable``: closes what has to give way, counts it and says so.
final class HTTPConnections: Sendable {
    struct Accepted: Sendable {
        let channel: any Channel
        let connection: Int
        /// Only health is answered.
        let isReserved: Bool
    }

    private struct State {
        var table: ConnectionTable
        var channels: [Int: any Channel] = [:]
        var warned: Instant?
    }

    /// Between two warnings: one who floods is to see the log no more than once a minute.
    private static let pause = Duration.seconds(60)

    private let state: Mutex<State>
    private let evictions: [ConnectionTable.Limit: MetricSeries]
    private let logger: Logger

    init(_ limits: HTTPLimits, _ registry: PrometheusRegistry?, _ logger: Logger) {
        state = Mutex(State(table: ConnectionTable(limits)))
        var evictions: [ConnectionTable.Limit: MetricSeries] = [:]
        for limit in ConnectionTable.Limit.allCases {
            evictions[limit] = registry?.series(MetricNames.evictedConnections, ["limit": limit.rawValue])
        }
        self.evictions = evictions
        self.logger = logger
    }

    var count: Int { state.withLock { $0.table.count } }

    func admit(_ channel: any Channel) -> Accepted {
        let source = channel.remoteAddress?.ipAddress.flatMap { try? IPAddress($0) }
        let now = UptimeClock.now
        let (admission, evicted, warns) = state.withLock { state -> (ConnectionTable.Admission, (any Channel)?, Bool) in
            let admission = state.table.admit(from: source, at: now)
            state.channels[admission.connection] = channel
            let evicted = admission.evicted.flatMap { state.channels.removeValue(forKey: $0.connection) }
            guard admission.evicted != nil, state.warned.map({ $0.advanced(by: HTTPConnections.pause) <= now }) ?? true
            else { return (admission, evicted, false) }
            state.warned = now
            return (admission, evicted, true)
        }
        evicted?.close(promise: nil)
        if let eviction = admission.evicted {
            evictions[eviction.limit]?.increase()
            if warns {
                logger.warning(
                    "too many HTTP connections: idle ones are closed",
                    metadata: [
                        LogKey.from: "\(eviction.source.map(\.description) ?? "unknown")",
                        LogKey.limit: "\(eviction.limit.rawValue)",
                    ])
            }
        }
        let connection = admission.connection
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { state in
                state.table.remove(connection)
                state.channels[connection] = nil
            }
        }
        return Accepted(channel: channel, connection: connection, isReserved: admission.isReserved)
    }

    func set(_ phase: ConnectionTable.Phase, of connection: Int) {
        state.withLock { $0.table.set(phase, of: connection) }
    }
}
