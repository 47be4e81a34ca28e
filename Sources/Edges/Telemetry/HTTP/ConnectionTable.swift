import Addresses
import Timing

/// The open HTTP connections, and which one is closed when there is no room for another. A value: it closes none itself.
///
/// No number of slow clients may keep a probe of `/healthz` out. So a new connection is always let in:
///
/// 1. A source has a bounded share. Beyond it, the source's own oldest idle connection is closed.
/// 2. All sources together have a bounded number. Beyond it, the oldest idle connection of the source that has the most
///    is closed.
/// 3. Where none is idle, the new one gets a reserved place, where only health is answered. The oldest one there is closed
///    if all are taken.
struct ConnectionTable: Sendable {
    /// What a connection is doing.
    enum Phase: Hashable, Sendable {
        /// Nothing was asked, or not completely, since then.
        case waiting(since: Instant)
        /// A request is complete, and its answer is not made yet.
        case answering
        /// The answer has been given to the connection, and the client has not taken all of it since then.
        case sending(since: Instant)
    }

    /// Which limit a connection was closed for.
    enum Limit: String, Hashable, Sendable, CaseIterable {
        case source
        case total
        case reserved
    }

    struct Admission: Hashable, Sendable {
        let connection: Int
        /// Only health is answered.
        let isReserved: Bool
        /// The connection to be closed, which the table does not have any more.
        let evicted: Eviction?
    }

    struct Eviction: Hashable, Sendable {
        let connection: Int
        let source: IPAddress?
        let limit: Limit
    }

    private struct Entry: Sendable {
        let source: IPAddress?
        let isReserved: Bool
        var phase: Phase
    }

    /// A client that takes its answer for longer than this counts as idle.
    static let patience = Duration.seconds(2)

    private let limits: HTTPLimits
    private var entries: [Int: Entry] = [:]
    private var next = 0

    init(_ limits: HTTPLimits) { self.limits = limits }

    var count: Int { entries.count }

    /// Lets a connection in.
    ///
    /// - Parameter source: the client's address; `nil` if it has none.
    mutating func admit(from source: IPAddress?, at now: Instant) -> Admission {
        let general = entries.filter { !$0.value.isReserved }
        let own = general.filter { $0.value.source == source }
        var limit: Limit?
        var victim: Int?
        if own.count >= limits.perSource {
            (limit, victim) = (.source, ConnectionTable.oldestIdle(of: own, at: now))
        } else if general.count >= limits.connections {
            (limit, victim) = (.total, ConnectionTable.leastMissed(of: general, at: now))
        }
        let isReserved = limit != nil && victim == nil
        if isReserved {
            let reserved = entries.filter(\.value.isReserved)
            if reserved.count >= limits.reserved { (limit, victim) = (.reserved, reserved.keys.min()) }
        }
        let evicted = victim.flatMap { victim in
            entries.removeValue(forKey: victim).map {
                Eviction(connection: victim, source: $0.source, limit: limit ?? .total)
            }
        }
        next += 1
        entries[next] = Entry(source: source, isReserved: isReserved, phase: .waiting(since: now))
        return Admission(connection: next, isReserved: isReserved, evicted: evicted)
    }

    mutating func set(_ phase: Phase, of connection: Int) { entries[connection]?.phase = phase }

    mutating func remove(_ connection: Int) { entries[connection] = nil }

    /// The oldest idle one of the source that has the most.
    private static func leastMissed(of entries: [Int: Entry], at now: Instant) -> Int? {
        let bySource = Dictionary(grouping: entries.keys) { entries[$0]?.source }
        let candidates = bySource.values.compactMap { connections in
            oldestIdle(of: entries.filter { connections.contains($0.key) }, at: now).map {
                (connection: $0, share: connections.count)
            }
        }
        // Connections are numbered in the order in which they came.
        return candidates.max { ($0.share, -$0.connection) < ($1.share, -$1.connection) }?.connection
    }

    private static func oldestIdle(of entries: [Int: Entry], at now: Instant) -> Int? {
        entries.compactMap { connection, entry in
            idle(entry.phase, at: now).map { (connection: connection, since: $0) }
        }.min { ($0.since, $0.connection) < ($1.since, $1.connection) }?.connection
    }

    /// Since when a connection is idle; `nil` if it does.
    private static func idle(_ phase: Phase, at now: Instant) -> Instant? {
        switch phase {
        case .waiting(let since): since
        case .answering: nil
        case .sending(let since): since.advanced(by: patience) <= now ? since : nil
        }
    }
}
