import TestSupport

/// An expression of the Common Expression Language, as admission policies have them: the part that `deploy/` uses.
///
/// Literals, members, indices, `has()`, `size()`, `startsWith()`, `all()` and `exists()`, `+`, `==`, `!=`, `in`, `!`, `&&`,
/// `||` and `?:`. As in CEL, a member or key that is absent is an error, and so is a value of another type; `&&` and `||`
/// pass over an error on one side if the other side decides. Anything else does not parse, so that nothing is passed over.
struct CELExpression: Sendable {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private indirect enum Term: Sendable {
        case literal(JSON)
        case name(String)
        case member(Term, String)
        case index(Term, Term)
        case call(String, Term?, [Term])
        case each(Term, isAll: Bool, String, Term)
        case operation(String, Term, Term)
        case not(Term)
        case choice(Term, Term, Term)
        case list([Term])
    }

    private let root: Term

    init(_ text: String) throws {
        var parser = Parser(try Parser.tokens(of: text))
        root = try parser.choice()
        guard parser.isAtEnd else { throw Failure(description: "\(text): it goes on after its end") }
    }

    func evaluate(_ variables: [String: JSON]) throws -> JSON { try CELExpression.evaluate(root, variables) }

    // MARK: - Values

    private static func evaluate(_ term: Term, _ variables: [String: JSON]) throws -> JSON {
        func value(_ term: Term) throws -> JSON { try evaluate(term, variables) }
        switch term {
        case .literal(let value): return value
        case .name(let name):
            guard let value = variables[name] else { throw Failure(description: "undeclared reference to \(name)") }
            return value
        case .member(let base, let name):
            guard let member = try value(base)[name] else { throw Failure(description: "no such key: \(name)") }
            return member
        case .index(let base, let index):
            switch (try value(base), try value(index)) {
            case (.object(let members), .string(let key)):
                guard let member = members[key] else { throw Failure(description: "no such key: \(key)") }
                return member
            case (.array(let items), .number(let place)):
                guard let place = Int(exactly: place), items.indices.contains(place) else {
                    throw Failure(description: "index out of bounds")
                }
                return items[place]
            default: throw Failure(description: "no such overload")
            }
        case .call(let name, let base, let arguments):
            return try call(name, base, arguments, variables)
        case .each(let base, let isAll, let name, let condition):
            let items = try value(base).array ?? []
            let results = try items.map { item in
                try isTrue(evaluate(condition, variables.merging([name: item]) { $1 }))
            }
            return .bool(isAll ? results.allSatisfy(\.self) : results.contains(true))
        case .operation(let sign, let left, let right): return try operate(sign, left, right, variables)
        case .not(let operand): return .bool(try !isTrue(value(operand)))
        case .choice(let condition, let yes, let no): return try value(isTrue(value(condition)) ? yes : no)
        case .list(let items): return .array(try items.map(value))
        }
    }

    private static func isTrue(_ value: JSON) throws -> Bool {
        guard case .bool(let value) = value else { throw Failure(description: "\(value) is not a bool") }
        return value
    }

    private static func call(
        _ name: String, _ base: Term?, _ arguments: [Term], _ variables: [String: JSON]
    ) throws -> JSON {
        switch (name, base, arguments.first) {
        case ("has", nil, .member(let object, let member)?):
            return .bool(try evaluate(object, variables)[member] != nil)
        case ("size", nil, let argument?):
            switch try evaluate(argument, variables) {
            case .array(let items): return .number(Double(items.count))
            case .object(let members): return .number(Double(members.count))
            case .string(let text): return .number(Double(text.count))
            default: throw Failure(description: "no such overload: size")
            }
        case ("startsWith", let base?, let argument?):
            guard let text = try evaluate(base, variables).string, let start = try evaluate(argument, variables).string
            else { throw Failure(description: "no such overload: startsWith") }
            return .bool(text.hasPrefix(start))
        default: throw Failure(description: "no such overload: \(name)")
        }
    }

    private static func operate(
        _ sign: String, _ left: Term, _ right: Term, _ variables: [String: JSON]
    ) throws -> JSON {
        func value(_ term: Term) throws -> JSON { try evaluate(term, variables) }
        switch sign {
        case "&&", "||":
            let decides = sign == "||"
            let sides = [left, right].map { side in Result { try isTrue(value(side)) } }
            if sides.contains(where: { (try? $0.get()) == decides }) { return .bool(decides) }
            for side in sides { _ = try side.get() }
            return .bool(!decides)
        case "==": return .bool(try value(left) == value(right))
        case "!=": return .bool(try value(left) != value(right))
        case "in":
            switch (try value(left), try value(right)) {
            case (let item, .array(let items)): return .bool(items.contains(item))
            case (.string(let key), .object(let members)): return .bool(members[key] != nil)
            default: throw Failure(description: "no such overload: in")
            }
        case "+":
            switch (try value(left), try value(right)) {
            case (.string(let a), .string(let b)): return .string(a + b)
            case (.number(let a), .number(let b)): return .number(a + b)
            default: throw Failure(description: "no such overload: +")
            }
        default: throw Failure(description: "\(sign) is not known here")
        }
    }

    // MARK: - Text

    private enum Token: Equatable {
        case word(String)
        case text(String)
        case number(Double)
        case sign(String)
    }

    private struct Parser {
        private var tokens: ArraySlice<Token>

        init(_ tokens: [Token]) { self.tokens = tokens[...] }

        var isAtEnd: Bool { tokens.isEmpty }

        static func tokens(of text: String) throws -> [Token] {
            var tokens: [Token] = []
            var rest = Substring(text)
            while let first = rest.first {
                if first.isWhitespace {
                    rest.removeFirst()
                } else if first.isLetter || first == "_" {
                    let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                    tokens.append(.word(String(word)))
                    rest = rest.dropFirst(word.count)
                } else if first.isNumber {
                    let digits = rest.prefix { $0.isNumber }
                    tokens.append(.number(Double(digits) ?? 0))
                    rest = rest.dropFirst(digits.count)
                } else if first == "'" || first == "\"" {
                    let inside = rest.dropFirst().prefix { $0 != first }
                    guard !inside.contains("\\"), rest.dropFirst(inside.count + 1).first == first else {
                        throw Failure(description: "\(text): a text does not end, or has an escape")
                    }
                    tokens.append(.text(String(inside)))
                    rest = rest.dropFirst(inside.count + 2)
                } else if let sign = ["==", "!=", "&&", "||"].first(where: rest.hasPrefix) {
                    tokens.append(.sign(sign))
                    rest = rest.dropFirst(2)
                } else if "!+?:.,()[]".contains(first) {
                    tokens.append(.sign(String(first)))
                    rest.removeFirst()
                } else {
                    throw Failure(description: "\(text): \(first) is not known here")
                }
            }
            return tokens
        }

        private mutating func take(_ sign: String) -> Bool {
            guard tokens.first == .sign(sign) else { return false }
            tokens.removeFirst()
            return true
        }

        private mutating func expect(_ sign: String) throws {
            guard take(sign) else { throw Failure(description: "\(sign) is missing before \(tokens.prefix(3))") }
        }

        private mutating func word() throws -> String {
            guard case .word(let word)? = tokens.popFirst() else { throw Failure(description: "a name is missing") }
            return word
        }

        mutating func choice() throws -> Term {
            let condition = try or()
            guard take("?") else { return condition }
            let yes = try or()
            try expect(":")
            return .choice(condition, yes, try choice())
        }

        private mutating func or() throws -> Term {
            var term = try and()
            while take("||") { term = .operation("||", term, try and()) }
            return term
        }

        private mutating func and() throws -> Term {
            var term = try relation()
            while take("&&") { term = .operation("&&", term, try relation()) }
            return term
        }

        private mutating func relation() throws -> Term {
            var term = try sum()
            while true {
                if take("==") {
                    term = .operation("==", term, try sum())
                } else if take("!=") {
                    term = .operation("!=", term, try sum())
                } else if tokens.first == .word("in") {
                    tokens.removeFirst()
                    term = .operation("in", term, try sum())
                } else {
                    return term
                }
            }
        }

        private mutating func sum() throws -> Term {
            var term = try unary()
            while take("+") { term = .operation("+", term, try unary()) }
            return term
        }

        private mutating func unary() throws -> Term { take("!") ? .not(try unary()) : try member() }

        private mutating func member() throws -> Term {
            var term = try primary()
            while true {
                if take(".") {
                    let name = try word()
                    guard take("(") else {
                        term = .member(term, name)
                        continue
                    }
                    if ["all", "exists"].contains(name) {
                        let variable = try word()
                        try expect(",")
                        term = .each(term, isAll: name == "all", variable, try choice())
                        try expect(")")
                    } else {
                        term = .call(name, term, try list(until: ")"))
                    }
                } else if take("[") {
                    term = .index(term, try choice())
                    try expect("]")
                } else {
                    return term
                }
            }
        }

        private mutating func primary() throws -> Term {
            if take("(") {
                let term = try choice()
                try expect(")")
                return term
            }
            if take("[") { return .list(try list(until: "]")) }
            switch tokens.popFirst() {
            case .word("true"): return .literal(true)
            case .word("false"): return .literal(false)
            case .word("null"): return .literal(.null)
            case .word(let name): return take("(") ? .call(name, nil, try list(until: ")")) : .name(name)
            case .text(let text): return .literal(.string(text))
            case .number(let number): return .literal(.number(number))
            case .sign(let sign): throw Failure(description: "\(sign) is out of place")
            case nil: throw Failure(description: "it ends too soon")
            }
        }

        private mutating func list(until end: String) throws -> [Term] {
            var terms: [Term] = []
            guard !take(end) else { return [] }
            repeat { terms.append(try choice()) } while take(",")
            try expect(end)
            return terms
        }
    }
}
