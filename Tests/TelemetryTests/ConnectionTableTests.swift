import Addresses
import TestSupport
import Testing
import Timing

@testable import Telemetry

@Suite("HTTP connection table") struct ConnectionTableTests {
    static func source(_ number: Int) -> IPAddress { .v4(IPv4Address(10, 0, 0, UInt8(number))) }

    static let limits: HTTPLimits = {
        var limits = HTTPLimits()
        (limits.connections, limits.perSource, limits.reserved) = (6, 4, 2)
        return limits
    }()

    /// One connection of a row: whose it is, and what it does at last.
    struct Connection {
        let source: Int
        let phase: ConnectionTable.Phase

        static func waiting(_ source: Int, since second: Int) -> Connection {
            Connection(source: source, phase: .waiting(since: at(second)))
        }
        static func answering(_ source: Int) -> Connection { Connection(source: source, phase: .answering) }
        static func sending(_ source: Int, since second: Int) -> Connection {
            Connection(source: source, phase: .sending(since: at(second)))
        }
    }

    static func at(_ second: Int) -> Instant { Instant(nanoseconds: Int64(second) * 1_000_000_000) }

    struct Row: CustomTestStringConvertible {
        let testDescription: String
        let connections: [Connection]
        /// The number of the connection, from 1, that gives way to one more of source 1 at second 100.
        let evicted: Int?
        let limit: ConnectionTable.Limit?
        let isReserved: Bool

        init(
            _ name: String, _ connections: [Connection], evicts evicted: Int? = nil,
            _ limit: ConnectionTable.Limit? = nil,
            isReserved: Bool = false
        ) {
            (testDescription, self.connections, self.evicted) = (name, connections, evicted)
            (self.limit, self.isReserved) = (limit, isReserved)
        }
    }

    static let rows = [
        Row("room → nothing gives way", [.waiting(1, since: 1), .waiting(2, since: 1)]),
        Row(
            "a source has its share → its own oldest idle one gives way, though others wait for longer",
            [
                .waiting(2, since: 1), .waiting(1, since: 5), .waiting(1, since: 4), .waiting(1, since: 6),
                .answering(1),
            ],
            evicts: 3, .source),
        Row(
            "all of a source's are busy → a reserved place", (0..<4).map { _ in .answering(1) }, isReserved: true),
        Row(
            "all are taken → the oldest idle one of the source with the most, though another waits for longer",
            [
                .waiting(3, since: 1), .waiting(2, since: 9), .waiting(2, since: 8), .waiting(2, since: 10),
                .answering(4),
                .answering(5),
            ], evicts: 3, .total),
        Row(
            "the source with the most is busy → another's",
            [.answering(2), .answering(2), .answering(2), .waiting(3, since: 9), .answering(4), .answering(5)],
            evicts: 4, .total),
        Row(
            "each source has one → the oldest",
            [
                .waiting(2, since: 1), .waiting(3, since: 2), .waiting(4, since: 3), .waiting(5, since: 4),
                .waiting(6, since: 5), .waiting(7, since: 6),
            ], evicts: 1, .total),
        Row(
            "a client that does not read its answer is idle after two seconds, and not before",
            [
                .sending(2, since: 99), .sending(2, since: 98), .answering(3), .answering(4), .answering(5),
                .answering(6),
            ],
            evicts: 2, .total),
        Row("none is idle → a reserved place", (2...7).map { .answering($0) }, isReserved: true),
    ]

    @Test("who gives way to one more connection", arguments: rows) func admission(row: Row) {
        var table = ConnectionTable(Self.limits)
        for connection in row.connections {
            let admission = table.admit(from: Self.source(connection.source), at: Self.at(0))
            #expect(admission.evicted == nil && !admission.isReserved)
            table.set(connection.phase, of: admission.connection)
        }
        let admission = table.admit(from: Self.source(1), at: Self.at(100))
        #expect(admission.isReserved == row.isReserved)
        #expect(admission.evicted?.connection == row.evicted && admission.evicted?.limit == row.limit)
        #expect(table.count == row.connections.count + (row.evicted == nil ? 1 : 0))
    }

    @Test("reserved places are full → the oldest there gives way, whatever it does; those that end make room")
    func reserved() {
        var table = ConnectionTable(Self.limits)
        for source in 2...7 {
            table.set(.answering, of: table.admit(from: Self.source(source), at: Self.at(0)).connection)
        }
        let first = table.admit(from: Self.source(1), at: Self.at(1))
        table.set(.answering, of: first.connection)
        #expect(table.admit(from: nil, at: Self.at(2)).isReserved)
        let third = table.admit(from: Self.source(1), at: Self.at(3))
        #expect(third.isReserved && third.evicted?.connection == first.connection && third.evicted?.limit == .reserved)
        // An eviction and an end are told of both.
        table.remove(first.connection)
        #expect(table.count == 8)
        table.remove(1)
        #expect(!table.admit(from: Self.source(1), at: Self.at(4)).isReserved)
    }

    @Test("whatever comes and goes → bounded, and one more is always let in")
    func bounded() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        var table = ConnectionTable(Self.limits)
        var open: [Int] = []
        for step in 0..<5_000 {
            let now = Self.at(step)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                if let index = open.indices.randomElement(using: &generator) { table.remove(open.remove(at: index)) }
            case 1:
                if let connection = open.randomElement(using: &generator) {
                    let phases: [ConnectionTable.Phase] = [.answering, .sending(since: now), .waiting(since: now)]
                    table.set(phases.randomElement(using: &generator) ?? .answering, of: connection)
                }
            default:
                let admission = table.admit(from: Self.source(Int.random(in: 0..<5, using: &generator)), at: now)
                if let evicted = admission.evicted { open.removeAll { $0 == evicted.connection } }
                open.append(admission.connection)
            }
            #expect(table.count == open.count && table.count <= 8, "seed \(seed), step \(step)")
        }
    }
}
