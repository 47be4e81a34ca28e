import Addresses

extension IPRange {
    /// What is left of this range without `others`, which are sorted and do not overlap one another.
    package func subtracting(_ others: [IPRange]) -> [IPRange] {
        var result: [IPRange] = []
        var rest: IPRange? = self
        // The first of the others that does not end before this range begins.
        var low = 0
        var high = others.count
        while low < high {
            let middle = (low + high) / 2
            if others[middle].upper < lower { low = middle + 1 } else { high = middle }
        }
        for other in others[low...] {
            guard let range = rest, other.lower <= range.upper else { break }
            guard let common = range.intersection(other) else { continue }
            if let before = common.lower.predecessor, common.lower > range.lower {
                result += IPRange(range.lower, before).map { [$0] } ?? []
            }
            rest = common.upper < range.upper ? common.upper.successor.flatMap { IPRange($0, range.upper) } : nil
        }
        if let rest { result.append(rest) }
        return result
    }

    /// The same addresses in sorted ranges that neither overlap nor touch.
    package static func merged(_ ranges: [IPRange]) -> [IPRange] {
        var result: [IPRange] = []
        for range in ranges.sorted() {
            if let last = result.last, last.family == range.family,
                last.upper.successor.map({ range.lower <= $0 }) ?? true
            {
                if let whole = IPRange(last.lower, max(last.upper, range.upper)) { result[result.count - 1] = whole }
            } else {
                result.append(range)
            }
        }
        return result
    }

    /// The ranges of several pools, of which an earlier one keeps what a later one has too.
    ///
    /// A valid configuration has no such overlap, and then this is one sort. It is a second line of defence: two pools
    /// that both gave an address would give it twice.
    package static func withoutOverlaps(_ pools: [[IPRange]]) -> [[IPRange]] {
        let all = pools.flatMap { $0 }.sorted()
        guard zip(all, all.dropFirst()).contains(where: { $0.overlaps($1) }) else { return pools }
        var taken: [IPRange] = []
        return pools.map { ranges in
            ranges.flatMap { range in
                let pieces = range.subtracting(taken)
                taken = merged(taken + pieces)
                return pieces
            }
        }
    }
}
