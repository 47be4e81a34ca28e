/// The addresses of one sharing group in one pool, by the ports in use on them: to find the first on which some ports are
/// free without looking at every address.
struct JoinableAddresses: Sendable {
    /// Slots in order. Addresses on which the same ports are in use are alike to a newcomer.
    private var slots: [[PortClaim]: [UInt128]] = [:]

    var isEmpty: Bool { slots.isEmpty }

    mutating func insert(_ slot: UInt128, signature: [PortClaim]) {
        var list = slots.removeValue(forKey: signature) ?? []
        let index = JoinableAddresses.position(of: slot, in: list)
        if index == list.count || list[index] != slot { list.insert(slot, at: index) }
        slots[signature] = list
    }

    mutating func remove(_ slot: UInt128, signature: [PortClaim]) {
        guard var list = slots.removeValue(forKey: signature) else { return }
        let index = JoinableAddresses.position(of: slot, in: list)
        if index < list.count, list[index] == slot { list.remove(at: index) }
        if !list.isEmpty { slots[signature] = list }
    }

    /// The lowest slot on which none of these ports (in order) is in use.
    func lowest(withoutPorts ports: [PortClaim]) -> UInt128? {
        var result: UInt128?
        for (signature, list) in slots {
            guard let first = list.first, result.map({ first < $0 }) ?? true,
                !JoinableAddresses.clash(ports, signature)
            else { continue }
            result = first
        }
        return result
    }

    private static func position(of slot: UInt128, in list: [UInt128]) -> Int {
        var low = 0
        var high = list.count
        while low < high {
            let middle = (low + high) / 2
            if list[middle] < slot { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Whether two sorted lists have an element in common.
    private static func clash(_ a: [PortClaim], _ b: [PortClaim]) -> Bool {
        var (i, j) = (0, 0)
        while i < a.count, j < b.count {
            if a[i] == b[j] { return true }
            if a[i] < b[j] { i += 1 } else { j += 1 }
        }
        return false
    }
}
