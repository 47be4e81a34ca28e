import Addresses

/// The addresses of one family in a pool, numbered from 0 (the first of the first entry) in declared order.
///
/// Such a number is called a slot. Ranges do not overlap. Addresses of IPv4 that end in .0 or .255 can be left out: they
/// then have no slot, and every /24 has 254.
package struct AddressSegments: Hashable, Sendable {
    /// One range, in coordinates: addresses as numbers or, where some are left out, the numbers of those that are not.
    private struct Segment: Hashable, Sendable {
        let lower: UInt128
        let upper: UInt128
        /// The slot of `lower`.
        let slot: UInt128
    }

    package let family: AddressFamily
    private let skipsBuggy: Bool
    /// In declared order, which is also the order of slots.
    private let bySlot: [Segment]
    /// In the order of addresses.
    private let byAddress: [Segment]
    package let count: AddressCount

    package init(family: AddressFamily, ranges: [IPRange], avoidBuggyIPs: Bool = false) {
        self.family = family
        skipsBuggy = avoidBuggyIPs && family == .ipv4
        var segments: [Segment] = []
        var last: UInt128?
        for range in ranges where range.family == family {
            var (lower, upper) = (range.lower.rawValue, range.upper.rawValue)
            if skipsBuggy {
                lower = AddressSegments.coordinate(atOrAfter: lower)
                guard let end = AddressSegments.coordinate(atOrBefore: upper), lower <= end else { continue }
                upper = end
            }
            let slot = last.map { $0 + 1 } ?? 0
            segments.append(Segment(lower: lower, upper: upper, slot: slot))
            last = slot + (upper - lower)
        }
        bySlot = segments
        byAddress = segments.sorted { $0.lower < $1.lower }
        count = last.map { AddressCount(upTo: $0) } ?? .zero
    }

    /// The slot of an address, or `nil` if it is not one of these.
    package func slot(of address: IPAddress) -> UInt128? {
        guard address.family == family else { return nil }
        var position = address.rawValue
        if skipsBuggy {
            guard !address.isBuggy else { return nil }
            position = AddressSegments.coordinate(atOrAfter: position)
        }
        guard let segment = AddressSegments.last(of: byAddress, where: { $0.lower <= position }),
            position <= segment.upper
        else { return nil }
        return segment.slot + (position - segment.lower)
    }

    /// The address that has the slot.
    package func address(at slot: UInt128) -> IPAddress? {
        guard let segment = AddressSegments.last(of: bySlot, where: { $0.slot <= slot }),
            slot - segment.slot <= segment.upper - segment.lower
        else { return nil }
        let position = segment.lower + (slot - segment.slot)
        return IPAddress(
            family: family, rawValue: skipsBuggy ? ((position / 254) << 8) + position % 254 + 1 : position)
    }

    /// The last segment that fulfils a condition that none fulfils after the first that does not.
    private static func last(of segments: [Segment], where condition: (Segment) -> Bool) -> Segment? {
        var low = 0
        var high = segments.count
        while low < high {
            let middle = (low + high) / 2
            if condition(segments[middle]) { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : segments[low - 1]
    }

    /// The number, among the addresses that end in neither .0 nor .255, of the first at or after this one.
    private static func coordinate(atOrAfter address: UInt128) -> UInt128 {
        let octet = address & 255
        return (address >> 8) * 254 + (octet == 0 ? 0 : octet - 1)
    }

    /// The number of the last at or before this one; `nil` for 0.0.0.0.
    private static func coordinate(atOrBefore address: UInt128) -> UInt128? {
        let octet = address & 255
        let (number, none) = ((address >> 8) * 254 + min(octet, 254)).subtractingReportingOverflow(1)
        return none ? nil : number
    }
}
