import Addresses
import Glibc
import NetworkIO
import SystemIO
import TestSupport
import Testing
import Timing

@Suite("Multicast sockets", .enabled(if: NetworkNamespace.isPermitted, "needs root"), .serialized)
struct MulticastSocketTests {
    /// The two ends of two wires.
    private struct Ends: Sendable {
        let here: NetworkNamespace
        let there: NetworkNamespace
        let hereIndexes: [Int32]
        let thereIndexes: [Int32]
    }

    private static func makeEnds() async throws -> Ends {
        let (here, there) = (try NetworkNamespace("here"), try NetworkNamespace("there"))
        for number in 1...2 {
            try here.connect("eth\(number)", to: there, "eth\(number)")
            for (namespace, host) in [(here, 1), (there, 2)] {
                try namespace.ip("address add 192.0.2.\(number * 16 + host)/28 dev eth\(number)")
                try namespace.ip("address add fe80::\(host)/64 dev eth\(number) nodad")
            }
        }
        return Ends(
            here: here, there: there, hereIndexes: try await indexes(in: here),
            thereIndexes: try await indexes(in: there))
    }

    private static func indexes(in namespace: NetworkNamespace) async throws -> [Int32] {
        let text = try await namespace.run("cat", "/sys/class/net/eth1/ifindex", "/sys/class/net/eth2/ifindex").output
        return try text.split(separator: "\n").map { try #require(Int32($0)) }
    }

    /// Opens a socket; it stays in that namespace, whoever uses it.
    private static func open(_ index: Int32, _ options: MulticastSocket.Options, in namespace: NetworkNamespace)
        async throws -> Handed
    {
        try await namespace.onThread { Handed(try MulticastSocket(interface: index, options: options)) }
    }

    /// A socket that is used by one thread after the other.
    private final class Handed: Sendable {
        private let socket: Locked<MulticastSocket>

        init(_ socket: sending MulticastSocket) { self.socket = Locked(socket) }

        func send(_ octets: [UInt8]) throws { try socket.withLock { try $0.send(octets) } }

        /// What arrives within the time.
        func receive(within limit: Duration, capacity: Int = 64) throws -> ([UInt8], Datagram)? {
            try socket.withLock { socket in
                var buffer = [UInt8](repeating: 0, count: capacity)
                let deadline = UptimeClock.now.advanced(by: limit)
                while true {
                    if let arrival = try socket.receive(into: &buffer) {
                        return (Array(buffer[..<arrival.count]), arrival)
                    }
                    guard UptimeClock.now < deadline else { return nil }
                    usleep(500)
                }
            }
        }
    }

    @Test(
        "A datagram arrives with its source and hop limit, on its interface and no other, and not at its sender",
        arguments: [("224.0.0.254", "192.0.2.17"), ("ff12::8562:3784", "fe80::1")])
    func roundTrip(group: String, source: String) async throws {
        let ends = try await MulticastSocketTests.makeEnds()
        let options = MulticastSocket.Options(
            group: try IPAddress(group), port: 3784, sourcePorts: 49152...65535, hopLimit: 77)
        let sender = try await MulticastSocketTests.open(ends.hereIndexes[0], options, in: ends.here)
        let onSameWire = try await MulticastSocketTests.open(ends.thereIndexes[0], options, in: ends.there)
        let onOtherWire = try await MulticastSocketTests.open(ends.thereIndexes[1], options, in: ends.there)
        for octets in [[1, 2, 3], [], [UInt8](repeating: 7, count: 64)] as [[UInt8]] {
            try sender.send(octets)
            let (received, arrival) = try #require(try onSameWire.receive(within: .seconds(2)))
            #expect(received == octets)
            #expect(arrival.source == (try IPAddress(source)))
            #expect(arrival.hopLimit == 77)
        }
        // What does not fit is cut off, and nothing of it is left for the next.
        try sender.send([UInt8](repeating: 9, count: 100))
        #expect(try onSameWire.receive(within: .seconds(2), capacity: 10)?.0 == [UInt8](repeating: 9, count: 10))
        #expect(try onSameWire.receive(within: .milliseconds(50)) == nil)
        #expect(try onOtherWire.receive(within: .zero) == nil)
        #expect(try sender.receive(within: .zero) == nil)
    }

    @Test(
        "On an interface that is not there nothing opens; on one that goes, sending fails and receiving finds nothing")
    func gone() async throws {
        let ends = try await MulticastSocketTests.makeEnds()
        let options = MulticastSocket.Options(
            group: try IPAddress("224.0.0.254"), port: 3784, sourcePorts: 49152...65535)
        await #expect(throws: SystemError("cannot set IP_ADD_MEMBERSHIP", code: ENODEV)) {
            _ = try await MulticastSocketTests.open(4711, options, in: ends.here)
        }
        let socket = try await MulticastSocketTests.open(ends.hereIndexes[0], options, in: ends.here)
        try ends.here.ip("link delete eth1")
        #expect(throws: SystemError.self) { try socket.send([1]) }
        #expect(try socket.receive(within: .zero) == nil)
    }

    @Test("A port that is taken by a socket which does not share it is told")
    func taken() async throws {
        let ends = try await MulticastSocketTests.makeEnds()
        let options = MulticastSocket.Options(
            group: try IPAddress("224.0.0.254"), port: 3784, sourcePorts: 49152...65535)
        let other = try ends.here.start("socat", "-u", "UDP4-RECV:3784", "OPEN:/dev/null")
        defer { other.stop() }
        let deadline = UptimeClock.now.advanced(by: .seconds(5))
        while try await !ends.here.run("ss", "-Huln", "sport", "=", "3784").output.contains("3784") {
            #expect(UptimeClock.now < deadline)
        }
        await #expect(throws: SystemError("cannot bind to 224.0.0.254 port 3784", code: EADDRINUSE)) {
            _ = try await MulticastSocketTests.open(ends.hereIndexes[0], options, in: ends.here)
        }
    }
}
