import Addresses
import LinkLayer

/// What happened on one interface since it was first used.
package struct Layer2Counters: Hashable, Sendable {
    /// Frames that came through the filter: ARP, neighbor solicitations and advertisements.
    package var received = 0
    package var answeredIPv4 = 0
    package var answeredIPv6 = 0
    /// Frames of other speakers, which say who has or wants an address.
    package var noted = 0
    /// Times that something other than a speaker was found to use an address.
    package var conflicts = 0
    /// Frames that got no answer, by reason.
    package var dropped: [DropReason: Int] = [:]
    package var announcedIPv4 = 0
    package var announcedIPv6 = 0
    /// Challenges, their answers, and greetings.
    package var asked = 0
    /// Replies and announcements that could not be sent.
    package var sendFailures = 0
    /// Frames that the kernel dropped because the capture's buffer was full.
    package var kernelDrops = 0

    package init() {}

    package var announcementsSent: Int { announcedIPv4 + announcedIPv6 }

    mutating func count(_ frame: ClaimFrame) {
        switch frame {
        case .claim(.v4, _): announcedIPv4 += 1
        case .claim(.v6, _): announcedIPv6 += 1
        case .probe, .answer, .greeting, .challenge, .assent, .denial: asked += 1
        }
    }

    mutating func count(_ outcome: SegmentClaims.Outcome) {
        received += 1
        switch outcome {
        case .answered(.v4): answeredIPv4 += 1
        case .answered(.v6): answeredIPv6 += 1
        case .noted: noted += 1
        case .dropped(let reason): dropped[reason, default: 0] += 1
        }
    }
}
