import Addresses
import HeapModule
import Timing

/// The addresses of one family in one pool: which are free, held, resting or reserved, and which is given next.
///
/// First those that were not released since they became free, lowest slot first; then those that have rested, the least
/// recently released first; and where nothing else is left, the subnet-router anycast addresses, lowest slot first. Every
/// operation takes a few steps, however many addresses there are and however many are held.
package struct AddressStock: Sendable {
    package enum Condition: Hashable, Sendable {
        case free
        case held
        /// Released, and not to be given yet.
        case resting
        /// Released, rested, and free again.
        case rested(releasedAt: Instant)
        /// Not held, and not to be given: a host has it.
        case reserved
    }

    /// What a taken slot is, if it is not held.
    private enum Mark: Hashable, Sendable {
        case resting
        case rested(releasedAt: Instant)
        /// With when it was released, if it would be a rested one without the host.
        case reserved(releasedAt: Instant?)
        /// Free, to be given last.
        case aside
    }

    private struct Rested: Hashable, Comparable, Sendable {
        let releasedAt: Instant
        let slot: UInt128

        static func < (a: Rested, b: Rested) -> Bool { (a.releasedAt, a.slot) < (b.releasedAt, b.slot) }
    }

    package let segments: AddressSegments
    private let anycast: SubnetRouterAnycast
    /// All addresses that are not simply free are taken here. `nil` where there is no address at all.
    private var slots: FreeSlots?
    private var marks: [UInt128: Mark] = [:]
    /// May hold entries that ``marks`` knows no longer, and entries twice.
    private var queue: Heap<Rested> = []
    private var restedCount = 0
    /// Slots that were set aside; may hold some that ``marks`` knows no longer, and some twice.
    private var aside: Heap<UInt128> = []
    private var asideCount = 0
    /// Slots of addresses that hosts have, in any condition.
    private var reserved: Set<UInt128> = []

    /// How many addresses are held.
    package private(set) var heldCount = 0
    /// How many addresses rest.
    package private(set) var restingCount = 0
    /// How many addresses are not given because hosts have them.
    package private(set) var reservedCount = 0

    package init(_ segments: AddressSegments, anycast: SubnetRouterAnycast = SubnetRouterAnycast(entries: [])) {
        self.segments = segments
        self.anycast = anycast
        slots = segments.count.lessOne.map { FreeSlots(last: $0) }
        setAside()
    }

    package var family: AddressFamily { segments.family }

    /// How many addresses there are.
    package var size: AddressCount { segments.count }

    /// How many addresses could be given now.
    package var available: AddressCount { size.subtracting(UInt128(heldCount + restingCount + reservedCount)) }

    package var hasAvailable: Bool { restedCount > 0 || asideCount > 0 || slots?.lowestFree != nil }

    /// The condition of an address, or `nil` if it is not of this stock.
    package func condition(of address: IPAddress) -> Condition? {
        guard let slot = segments.slot(of: address), let slots else { return nil }
        guard slots.isTaken(slot) else { return .free }
        return switch marks[slot] {
        case nil: .held
        case .aside: .free
        case .resting: .resting
        case .rested(let releasedAt): .rested(releasedAt: releasedAt)
        case .reserved: .reserved
        }
    }

    /// Gives the address that is next.
    package mutating func takeNext() -> IPAddress? {
        if let slot = slots?.takeLowest() {
            heldCount += 1
            setAside()
            return segments.address(at: slot)
        }
        while let next = queue.popMin() {
            guard marks[next.slot] == .rested(releasedAt: next.releasedAt) else { continue }
            hold(next.slot)
            return segments.address(at: next.slot)
        }
        while let slot = aside.popMin() {
            guard marks[slot] == .aside else { continue }
            hold(slot)
            return segments.address(at: slot)
        }
        return nil
    }

    /// Whether the address was here and not held, and now is held. The caller judges whether a resting or a reserved one
    /// may be.
    package mutating func take(_ address: IPAddress) -> Bool {
        guard let slot = segments.slot(of: address), let slots, !(slots.isTaken(slot) && marks[slot] == nil) else {
            return false
        }
        hold(slot)
        return true
    }

    /// Makes a held or resting address free at once, or reserved if a host has it.
    package mutating func free(_ address: IPAddress) {
        guard let slot = segments.slot(of: address), let slots, slots.isTaken(slot) else { return }
        switch marks[slot] {
        case .reserved, .aside: return
        case nil: heldCount -= 1
        case .resting, .rested: unmark(slot)
        }
        vacate(slot)
    }

    /// Lets an address rest, held or not: it is not given until ``endRest(_:releasedAt:)`` or ``free(_:)``.
    package mutating func rest(_ address: IPAddress) {
        guard let slot = segments.slot(of: address), marks[slot] != .resting, slots != nil else { return }
        if slots?.isTaken(slot) == true, marks[slot] == nil { heldCount -= 1 }
        unmark(slot)
        slots?.take(slot)
        marks[slot] = .resting
        restingCount += 1
        setAside()
    }

    /// Makes a resting address free, to be given after those that were released earlier.
    package mutating func endRest(_ address: IPAddress, releasedAt: Instant) {
        guard let slot = segments.slot(of: address), marks[slot] == .resting else { return }
        unmark(slot)
        vacate(slot, releasedAt: anycast.contains(address) ? nil : releasedAt)
    }

    /// Says whether a host has an address: as long as one has it, it is not allocated. Its holder keeps it.
    package mutating func setReserved(_ isReserved: Bool, _ address: IPAddress) {
        guard let slot = segments.slot(of: address) else { return }
        if isReserved {
            guard reserved.insert(slot).inserted, slots?.isTaken(slot) == false || marks[slot] != nil else { return }
            var released: Instant?
            switch marks[slot] {
            case .resting: return
            case .rested(let releasedAt): released = releasedAt
            case nil, .aside, .reserved: break
            }
            unmark(slot)
            vacate(slot, releasedAt: released)
        } else {
            // What had rested before the host came is no address that was never given: it takes its place again.
            guard reserved.remove(slot) != nil, case .reserved(let releasedAt) = marks[slot] else { return }
            unmark(slot)
            vacate(slot, releasedAt: releasedAt)
        }
    }

    // MARK: - Slots

    private mutating func hold(_ slot: UInt128) {
        unmark(slot)
        slots?.take(slot)
        heldCount += 1
        setAside()
    }

    private mutating func unmark(_ slot: UInt128) {
        switch marks.removeValue(forKey: slot) {
        case nil: break
        case .resting: restingCount -= 1
        case .rested: restedCount -= 1
        case .reserved: reservedCount -= 1
        case .aside: asideCount -= 1
        }
    }

    /// What becomes of a slot without holder and without mark. `releasedAt` is of one that has rested.
    private mutating func vacate(_ slot: UInt128, releasedAt: Instant? = nil) {
        if reserved.contains(slot) {
            slots?.take(slot)
            marks[slot] = .reserved(releasedAt: releasedAt)
            reservedCount += 1
        } else if let releasedAt {
            slots?.take(slot)
            marks[slot] = .rested(releasedAt: releasedAt)
            restedCount += 1
            queue.insert(Rested(releasedAt: releasedAt, slot: slot))
            if queue.count > 2 * restedCount + 64 {
                queue = Heap(Set(queue.unordered.filter { marks[$0.slot] == .rested(releasedAt: $0.releasedAt) }))
            }
        } else {
            slots?.free(slot)
        }
        setAside()
    }

    /// Sets the lowest free slots aside as long as they are of anycast addresses, so that the lowest free one is to be given.
    private mutating func setAside() {
        guard family == .ipv6 else { return }
        while let slot = slots?.lowestFree, let address = segments.address(at: slot), anycast.contains(address) {
            slots?.take(slot)
            marks[slot] = .aside
            asideCount += 1
            aside.insert(slot)
            if aside.count > 2 * asideCount + 64 { aside = Heap(Set(aside.unordered.filter { marks[$0] == .aside })) }
        }
    }
}
