import Addresses

/// The order in which a list is shown: by one member of its documents, as `-o json` prints them.
package struct ResourceOrder: Hashable, Sendable {
    /// The member's name, or several joined by dots; in a list on the way, the first element counts.
    package let field: String
    package let isDescending: Bool

    /// Parses `since`, `families.assigned`, `-since` for the other way round, and `.since` as kubectl has it.
    package init(_ text: String) {
        var rest = Substring(text)
        isDescending = rest.first == "-"
        if isDescending { rest = rest.dropFirst() }
        if rest.first == "." { rest = rest.dropFirst() }
        field = String(rest)
    }

    /// Numbers by value, addresses by number, all else as text; what lacks the member comes last. Equal ones stay as they
    /// were.
    package func sorted<Entry: JSONRepresentable>(_ list: [Entry]) -> [Entry] {
        let keyed = list.map { (key: Key($0.json.member(field)), entry: $0) }
        return keyed.enumerated().sorted { a, b in
            let (first, second) = (a.element.key, b.element.key)
            if first == second { return a.offset < b.offset }
            if first == .missing || second == .missing { return second == .missing }
            return isDescending ? second < first : first < second
        }.map(\.element.entry)
    }

    private enum Key: Hashable, Comparable {
        case number(Int128)
        case address(IPAddress)
        case text(String)
        case missing

        init(_ value: JSONValue?) {
            switch value {
            case .integer(let number): self = .number(number)
            case .boolean(let isTrue): self = .number(isTrue ? 1 : 0)
            case .string(let text):
                if let address = try? IPAddress(String(text.prefix { $0 != "/" })) {
                    self = .address(address)
                } else {
                    self = .text(text)
                }
            case .null, .array, .object, nil: self = .missing
            }
        }
    }
}

extension JSONValue {
    /// The value at the end of a path of names joined by dots; `nil` if there is none.
    fileprivate func member(_ path: String) -> JSONValue? {
        var value: JSONValue? = firstElement
        for name in path.split(separator: ".", omittingEmptySubsequences: false) {
            guard case .object(let members) = value else { return nil }
            value = members.first { $0.name == name }?.value.firstElement
        }
        return value
    }

    private var firstElement: JSONValue? {
        guard case .array(let elements) = self else { return self }
        return elements.first
    }

    /// The names of an object's members.
    var memberNames: [String] {
        guard case .object(let members) = self else { return [] }
        return members.map(\.name)
    }
}
