import Addresses
import Interfaces
import LinkLayer
import Timing
import WireCodec

/// An interface without an obstacle that cannot be overcome, and what happens on its segment.
struct Layer2Port: Sendable {
    enum Capture: Hashable, Sendable {
        case closed
        case opening
        case open
        case failed(String, retryAt: Instant)
    }

    var interface: Interface
    var capture = Capture.closed
    var claims: SegmentClaims
    /// Reported last; not reported again until the capture was open.
    var lastFailure: String?
    var backoff = Backoff(first: .milliseconds(100), limit: .seconds(10))
    var counters: Layer2Counters

    init(interface: Interface, claims: SegmentClaims, counters: Layer2Counters) {
        self.interface = interface
        self.claims = claims
        self.counters = counters
    }

    /// When there is something to do; long ago if there is now.
    var nextDeadline: Instant? {
        switch capture {
        case .open: claims.nextDeadline
        case .failed(_, let retryAt): retryAt
        case .closed, .opening: nil
        }
    }

    /// Writes one frame, and returns whether one was due.
    mutating func popFrame(
        at now: Instant, using generator: inout some RandomNumberGenerator, into frame: inout ByteWriter
    ) -> Bool {
        guard capture == .open, let kind = claims.popFrame(at: now, using: &generator, into: &frame) else {
            return false
        }
        counters.count(kind)
        return true
    }

    mutating func receive(
        _ frame: Span<UInt8>, at now: Instant, into reply: inout ByteWriter, _ actions: inout [SegmentClaims.Action]
    ) -> SegmentClaims.Outcome {
        let outcome = claims.receive(frame, at: now, into: &reply, &actions)
        counters.count(outcome)
        return outcome
    }
}

extension Interface {
    /// An address of the interface's own by which this node makes itself known to the others on the segment.
    var greetingAddress: IPAddress? {
        addresses.lazy.filter { $0.isUsable && !$0.isLoopback }.map(\.address)
            .filter { $0.family == .ipv4 || $0.isLinkLocal }.min()
    }
}
