import Addresses
import ClusterConfiguration
import LinkLayer
import NetworkIO
import SystemIO
import TestSupport
import Testing
import WireCodec

@Suite("PacketCapture, in namespaces", .enabled(if: NetworkNamespace.isPermitted, "needs root"), .serialized)
struct PacketCaptureTests {
    /// Two namespaces joined by a veth pair, `eth0` in each.
    struct Pair {
        let a: NetworkNamespace
        let b: NetworkNamespace

        init() throws {
            a = try NetworkNamespace("a")
            b = try NetworkNamespace("b")
            try a.connect("eth0", to: b, "eth0")
        }
    }

    static func arpRequest(_ number: UInt32) -> [UInt8] {
        var writer = ByteWriter()
        ARPPacket(
            operation: .request, senderHardwareAddress: MACAddress(2, 0, 0, 0, 0, 9),
            senderProtocolAddress: IPv4Address(rawValue: 0xC000_0201), targetHardwareAddress: .zero,
            targetProtocolAddress: IPv4Address(rawValue: number)
        ).encodeFrame(to: .broadcast, into: &writer)
        return writer.bytes
    }

    /// Receives until `count` frames are there, or two seconds have gone.
    static func receive(
        _ capture: borrowing PacketCapture, count: Int
    ) throws -> [(frame: [UInt8], length: Int, age: Duration)] {
        var frames: [(frame: [UInt8], length: Int, age: Duration)] = []
        var poll = PollSet([capture.descriptor])
        let deadline = ContinuousClock.now + .seconds(2)
        while frames.count < count, ContinuousClock.now < deadline {
            try poll.wait(for: .milliseconds(50))
            _ = try capture.receive(limit: 16) { frame, arrival in
                var copy: [UInt8] = []
                for index in 0..<frame.count { copy.append(frame[index]) }
                frames.append((copy, arrival.length, arrival.age))
            }
        }
        return frames
    }

    @Test("A frame sent on one side is received on the other, whole, and not by its sender")
    func sendAndReceive() async throws {
        let pair = try Pair()
        let options = PacketCapture.Options(filter: "arp")
        let sent = PacketCaptureTests.arpRequest(1)
        let (a, b) = (pair.a, pair.b)
        let received = try await a.onThread {
            let sender = try PacketCapture(interface: "eth0", options: options)
            // Opened in the other namespace by a thread of it; captures belong to where they were opened.
            try Shell.check(["ip", "-n", b.name, "link", "show", "eth0"])
            try sender.send(sent.span)
            return try PacketCaptureTests.receiveNow(sender)
        }
        #expect(received.isEmpty, "a capture of what comes in does not show what went out")
        async let frames = b.onThread {
            let receiver = try PacketCapture(interface: "eth0", options: options)
            return try PacketCaptureTests.receive(receiver, count: 3)
        }
        try await a.onThread {
            let sender = try PacketCapture(interface: "eth0", options: options)
            // The receiver may not listen yet: until it has had three.
            for _ in 0..<100 {
                try sender.send(sent.span)
                for _ in 0..<10 { Shell.pause() }
            }
        }
        let heard = try await frames
        #expect(heard.count >= 3)
        for one in heard {
            #expect(one.frame == sent && one.length == sent.count)
            #expect(one.age >= .zero && one.age < .seconds(2), "taken in a moment ago: \(one.age)")
        }
    }

    static func receiveNow(_ capture: borrowing PacketCapture) throws -> [[UInt8]] {
        var frames: [[UInt8]] = []
        _ = try capture.receive(limit: 16) { frame, _ in frames.append((0..<frame.count).map { frame[$0] }) }
        return frames
    }

    @Test("Frames that nobody reads fill the ring; the kernel drops the rest, and the statistics count them")
    func dropped() async throws {
        let namespace = try NetworkNamespace("a")
        try namespace.ip("link add eth0 type veth peer name eth1")
        for name in ["eth0", "eth1"] { try namespace.ip("link set \(name) up") }
        let sent = PacketCaptureTests.arpRequest(1)
        let counts = try await namespace.onThread {
            var options = PacketCapture.Options(filter: "arp")
            let sender = try PacketCapture(interface: "eth0", options: options)
            options.bufferSize = 1 << 16
            let receiver = try PacketCapture(interface: "eth1", options: options)
            var counts = [receiver.statistics().dropped]
            for _ in 0..<5_000 { try sender.send(sent.span) }
            // Of the whole time: asking takes nothing away.
            for _ in 0..<2 { counts.append(receiver.statistics().dropped) }
            return counts
        }
        #expect(counts[0] == 0 && counts[1] > 0 && counts[2] >= counts[1] && counts[2] < 5_000, "\(counts)")
    }

    @Test("Without CAP_NET_RAW the error names it")
    func notPermitted() async throws {
        let namespace = try NetworkNamespace("a")
        let error = try await namespace.onThread { () -> PacketCaptureError? in
            try TestPrivileges.drop()
            do throws(PacketCaptureError) {
                _ = try PacketCapture(interface: "lo", options: PacketCapture.Options(filter: "arp"))
                return nil
            } catch {
                return error
            }
        }
        #expect(error?.problem == .notPermitted(missing: .netRaw))
        #expect(error?.description.contains("CAP_NET_RAW") == true)
    }

    @Test("An interface that is not there, not up, or not Ethernet is rejected for that reason")
    func refused() async throws {
        let pair = try Pair()
        try pair.a.ip("link set eth0 down")
        try pair.a.ip("tuntap add dev tun0 mode tun")
        try pair.a.ip("link set tun0 up")
        for (name, expected) in [
            ("eth7", PacketCaptureError.Problem.noSuchInterface), ("eth0", .interfaceDown), ("tun0", .notEthernet),
        ] {
            let problem = try await pair.a.onThread { () -> PacketCaptureError.Problem? in
                do throws(PacketCaptureError) {
                    _ = try PacketCapture(interface: name, options: PacketCapture.Options(filter: "arp"))
                    return nil
                } catch {
                    return error.problem
                }
            }
            #expect(problem == expected, "\(name)")
        }
    }

    @Test("An interface that is deleted ends the capture with that error, and sending on it fails")
    func deleted() async throws {
        let pair = try Pair()
        let name = pair.a.name
        let (problem, sendFailed) = try await pair.a.onThread { () -> (PacketCaptureError.Problem?, Bool) in
            let capture = try PacketCapture(interface: "eth0", options: PacketCapture.Options(filter: "arp"))
            try Shell.check(["ip", "-n", name, "link", "delete", "eth0"])
            var problem: PacketCaptureError.Problem?
            var poll = PollSet([capture.descriptor])
            for _ in 0..<100 where problem == nil {
                try poll.wait(for: .milliseconds(20))
                do throws(PacketCaptureError) {
                    _ = try capture.receive(limit: 1) { _, _ in }
                } catch {
                    problem = error.problem
                }
            }
            var sendFailed = false
            do throws(PacketCaptureError) {
                try capture.send(PacketCaptureTests.arpRequest(1).span)
            } catch {
                sendFailed = true
            }
            return (problem, sendFailed)
        }
        #expect(problem == .interfaceGone)
        #expect(sendFailed)
    }

    @Test("A filter that is no filter is an error that says so")
    func badFilter() async throws {
        let namespace = try NetworkNamespace("a")
        let problem = try await namespace.onThread { () -> PacketCaptureError.Problem? in
            do throws(PacketCaptureError) {
                _ = try PacketCapture(interface: "lo", options: PacketCapture.Options(filter: "arp and and"))
                return nil
            } catch {
                return error.problem
            }
        }
        guard case .other(let text) = problem else {
            Issue.record("\(String(describing: problem))")
            return
        }
        #expect(text.contains("syntax error"))
    }
}
