/// Every set of attributes in use, once, with its number.
struct AttributesPool: Sendable {
    private struct Slot {
        let attributes: RouteAttributes
        /// How many distributions have it.
        var users = 0
    }

    private var slots: [Slot?] = []
    private var free: [Int32] = []
    private var ids: [RouteAttributes: AttributesID] = [:]
    private var used = 0

    /// How many are kept that nothing uses.
    var unusedCount: Int { ids.count - used }

    subscript(_ id: AttributesID) -> RouteAttributes {
        guard let slot = slots[Int(id.rawValue)] else { preconditionFailure("\(id) was forgotten while in use") }
        return slot.attributes
    }

    mutating func id(of attributes: RouteAttributes) -> AttributesID {
        if let id = ids[attributes] { return id }
        let number: Int32
        if let reused = free.popLast() {
            number = reused
            slots[Int(number)] = Slot(attributes: attributes)
        } else {
            number = Int32(slots.count)
            slots.append(Slot(attributes: attributes))
        }
        let id = AttributesID(rawValue: number)
        ids[attributes] = id
        return id
    }

    mutating func retain(_ distribution: Distribution) {
        for entry in distribution.entries {
            slots[Int(entry.attributes.rawValue)]?.users += 1
            if slots[Int(entry.attributes.rawValue)]?.users == 1 { used += 1 }
        }
    }

    mutating func release(_ distribution: Distribution) {
        for entry in distribution.entries {
            slots[Int(entry.attributes.rawValue)]?.users -= 1
            if slots[Int(entry.attributes.rawValue)]?.users == 0 { used -= 1 }
        }
    }

    mutating func forgetUnused() {
        for index in slots.indices {
            guard let slot = slots[index], slot.users == 0 else { continue }
            ids[slot.attributes] = nil
            slots[index] = nil
            free.append(Int32(index))
        }
    }
}
