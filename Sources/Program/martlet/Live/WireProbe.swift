import Interfaces
import LinkLayer
import NetworkIO
import NodeDecisions
import SystemIO
import Timing
import WireCodec

/// Sends the probes of inquiries on their interfaces, all at once, and receives the answers.
struct WireProbe {
    /// Answers to ARP and to neighbour discovery alone, and announcements.
    private static let filter = "arp or (ip6 and ip6[6] = 58 and (ip6[40] = 135 or ip6[40] = 136))"
    private static let framesAtOnce = 64

    private final class Opened {
        let capture: PacketCapture

        init(_ capture: consuming PacketCapture) { self.capture = capture }
    }

    private var outcomes: [ProbeOutcome]
    private var inquiries: [Inquiry]
    private var captures: [Opened?] = []
    private var frame = ByteWriter(reserving: 128)

    /// Asks on a thread of its own, and returns when everybody had time to answer.
    static func ask(_ ports: [ProbePlan.Port]) async throws -> [ProbeOutcome] {
        try await withCheckedThrowingContinuation { continuation in
            do {
                _ = try DedicatedThread(name: "probe") {
                    var probe = WireProbe(ports)
                    continuation.resume(with: Result { try probe.run() })
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    private init(_ ports: [ProbePlan.Port]) {
        outcomes = []
        inquiries = ports.map(\.inquiry)
        outcomes = ports.map { ProbeOutcome(interface: $0.interface.name, inquiry: $0.inquiry) }
    }

    private mutating func run() throws -> [ProbeOutcome] {
        open()
        var poll = PollSet()
        while true {
            send()
            let waiting = captures.indices.filter { captures[$0] != nil && !inquiries[$0].isOver(at: UptimeClock.now) }
            guard let deadline = waiting.map({ inquiries[$0].nextDeadline }).min() else { break }
            poll.replace(with: waiting.compactMap { captures[$0]?.capture.descriptor })
            // poll(2) counts whole milliseconds.
            let rest = UptimeClock.now.duration(to: deadline) + .milliseconds(1)
            try poll.wait(for: max(.zero, rest))
            for (position, index) in waiting.enumerated() where poll.isReady(position) { receive(on: index) }
        }
        return outcomes.indices.map { index in
            ProbeOutcome(
                interface: outcomes[index].interface, inquiry: inquiries[index], problem: outcomes[index].problem)
        }
    }

    private mutating func open() {
        for outcome in outcomes {
            do throws(PacketCaptureError) {
                captures.append(
                    Opened(
                        try PacketCapture(
                            interface: outcome.interface, options: PacketCapture.Options(filter: WireProbe.filter))))
            } catch {
                captures.append(nil)
                fail(captures.count - 1, error)
            }
        }
    }

    private mutating func send() {
        for index in captures.indices {
            guard let opened = captures[index] else { continue }
            frame.removeAll()
            guard inquiries[index].popFrame(at: UptimeClock.now, into: &frame) else { continue }
            let octets = frame.bytes
            do throws(PacketCaptureError) { try opened.capture.send(octets.span) } catch { fail(index, error) }
        }
    }

    private mutating func receive(on index: Int) {
        guard let opened = captures[index] else { return }
        var inquiry = inquiries[index]
        do throws(PacketCaptureError) {
            _ = try opened.capture.receive(limit: WireProbe.framesAtOnce) { octets, _ in
                inquiry.receive(octets, at: UptimeClock.now)
            }
        } catch {
            fail(index, error)
        }
        inquiries[index] = inquiry
    }

    private mutating func fail(_ index: Int, _ error: PacketCaptureError) {
        outcomes[index].problem = "\(error)"
        captures[index] = nil
    }
}
