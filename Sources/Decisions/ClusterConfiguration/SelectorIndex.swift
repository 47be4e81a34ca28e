/// Finds, of many things that select objects by label, those that may select an object, without trying all of them.
///
/// A thing is known by its number. It has selectors, of which one must match; one without any selects every object. A
/// selector is filed under one label that it requires, the one that the fewest others require, so that an object meets it
/// only with this label. One that requires no label (`!legacy`, `tier notin (a)`) is tried for every object.
package struct SelectorIndex: Sendable {
    /// The things to try for every object.
    private var always: [Int] = []
    /// By key and value of a label, the things to try for an object that has it.
    private var byLabel: [String: [String: [Int]]] = [:]
    /// By key of a label, the things to try for an object that has it, whatever its value.
    private var byKey: [String: [Int]] = [:]

    /// An index of nothing.
    package init() {}

    /// - Parameter things: numbers, each with the selectors of which one must match.
    package init(_ things: [(number: Int, selectors: [Selector])]) {
        var frequency: [String: [String: Int]] = [:]
        for case .isIn(let key, let values) in things.lazy.flatMap(\.selectors).flatMap(\.requirements) {
            for value in values { frequency[key, default: [:]][value, default: 0] += 1 }
        }
        for thing in things {
            guard !thing.selectors.isEmpty else {
                always.append(thing.number)
                continue
            }
            for selector in thing.selectors { file(selector, thing.number, frequency) }
        }
    }

    private mutating func file(_ selector: Selector, _ number: Int, _ frequency: [String: [String: Int]]) {
        var best: (key: String, values: [String], count: Int)?
        for case .isIn(let key, let values) in selector.requirements {
            let count = values.reduce(0) { $0 + (frequency[key]?[$1] ?? 0) }
            if best.map({ count < $0.count }) ?? true { best = (key, values, count) }
        }
        if let best {
            for value in best.values { byLabel[best.key, default: [:]][value, default: []].append(number) }
            return
        }
        for case .exists(let key) in selector.requirements {
            byKey[key, default: []].append(number)
            return
        }
        always.append(number)
    }

    /// The things that may select an object with these labels: every one that does, and few that do not. Ascending,
    /// without repetition.
    package func candidates(for labels: [String: String]) -> [Int] {
        guard !byLabel.isEmpty || !byKey.isEmpty else { return always.inOrder }
        var result = always
        for (key, value) in labels {
            if let things = byLabel[key]?[value] { result += things }
            if let things = byKey[key] { result += things }
        }
        return result.inOrder
    }
}

extension [Int] {
    /// Ascending, without repetition. Costs no more than a look at each where that is how they are.
    fileprivate var inOrder: [Int] {
        if zip(self, dropFirst()).allSatisfy({ $0 < $1 }) { return self }
        var result: [Int] = []
        result.reserveCapacity(count)
        for element in sorted() where element != result.last { result.append(element) }
        return result
    }
}
