import Foundation
import Presentation
import TestSupport
import Testing
import Yams

@Suite("JSON and YAML") struct JSONValueTests {
    /// Strings that YAML readers like to take for something else, and such as neither notation can hold bare.
    static let strings = [
        "", " ", "a b", "a ", " a", "null", "Null", "~", "true", "True", "yes", "No", "on", "OFF", "y", "n", "1", "1.5",
        "-1", "+1", "1e3", "0x1F", "0o17", "017", "64500:3", "12:30:45", "2026-01-01", ".inf", ".NaN", "inf", "nan",
        "-",
        "- a", "a: b", "a:b", ":a", "a #b", "#a", "&a", "*a", "!a", "!!str a", "%a", "@a", "`a", "|", ">", "{a}", "[a]",
        "\"a\"", "'a'", "a\\b", "a\nb", "a\r\nb", "\t", "a\tb", "\u{0}", "\u{1B}[31m", "\u{7F}", "\u{85}", "\u{A0}",
        "\u{2028}", "\u{2029}", "a\u{FEFF}b", "é", "日本語", "👍🏽", "\u{202E}abc", "<<", "=", "---", "...", "? a", "?", ",",
        "192.0.2.1", "2001:db8::1", "192.0.2.0/24", "default/web", "PoolExhausted", "A sentence, with commas.", "x'y",
        "a, b", "(a)", "a;b", "e3", "E", "infinity", "nil", "None", "_", "a-", "\u{D7FF}", "\u{E000}", "\u{10FFFF}",
    ]

    @Test("every string comes back from JSON", arguments: strings)
    func jsonString(string: String) throws {
        let value: JSONValue = .object([JSONMember(name: string, value: .array([.string(string)]))])
        for text in [value.compactText, value.text(width: 10), value.text()] {
            #expect(try JSONDecoder().decode([String: [String]].self, from: Data(text.utf8)) == [string: [string]])
        }
    }

    @Test("every string comes back from YAML as itself, as a key too", arguments: strings)
    func yamlString(string: String) throws {
        let value: JSONValue = .object([
            JSONMember(name: string, value: .array([.string(string), ["k": .string(string)]]))
        ])
        #expect(try JSONValue(yaml: value.yamlText) == value, "\(value.yamlText)")
    }

    @Test("any document comes back from YAML and from JSON", arguments: UInt64(1)...200)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let value = JSONValue.random(depth: 4, using: &generator)
        #expect(try JSONValue(yaml: value.yamlText) == value, "seed \(seed)\n\(value.yamlText)")
        // JSON is YAML too, which saves a second reader.
        for width in [1, 40, 120] {
            #expect(try JSONValue(yaml: value.text(width: width)) == value, "seed \(seed)\n\(value.text(width: width))")
            #expect(
                try JSONSerialization.jsonObject(with: Data(value.text(width: width).utf8), options: .fragmentsAllowed)
                    is NSNull == (value == .null))
        }
    }

    @Test("YAML is what a person would write")
    func yamlLayout() {
        let value: JSONValue = [
            "service": "default/web", "ips": ["192.0.2.1"], "none": [], "empty": [:],
            "peers": [["peer": "tor-a", "communities": ["64512:7", "1"]], nil, [[1, 2], []]], "flag": true, "count": -3,
        ]
        #expect(
            value.yamlText == """
                service: default/web
                ips:
                - "192.0.2.1"
                none: []
                empty: {}
                peers:
                - peer: tor-a
                  communities:
                  - "64512:7"
                  - "1"
                - null
                - - - 1
                    - 2
                  - []
                flag: true
                count: -3

                """)
        #expect(JSONValue.null.yamlText == "null\n")
        #expect(JSONValue.array([]).yamlText == "[]\n")
    }

    @Test("JSON puts an entry on a line where it fits, and over several where not")
    func jsonLayout() {
        let value: JSONValue = [
            "a": [["name": "short", "list": [1, 2]], ["name": "a longer name", "list": ["some", "more", "words"]]],
            "b": [:], "c": [], "d": ["e": nil],
        ]
        #expect(
            value.text(width: 40) == """
                {
                  "a": [
                    {"name": "short", "list": [1, 2]},
                    {
                      "name": "a longer name",
                      "list": ["some", "more", "words"]
                    }
                  ],
                  "b": {},
                  "c": [],
                  "d": {"e": null}
                }

                """)
    }

    @Test("numbers keep all their digits")
    func numbers() {
        #expect(JSONValue.integer(.max).compactText == "170141183460469231731687303715884105727")
        #expect(UInt128.max.json == .integer(.max))
    }
}

extension JSONValue {
    /// What a YAML reader understands, by its own rules for plain words.
    fileprivate init(yaml text: String) throws {
        let node = try #require(try Yams.compose(yaml: text))
        self = try JSONValue(node: node)
    }

    private init(node: Node) throws {
        switch node {
        case .scalar(let scalar):
            switch node.tag.description {
            case "tag:yaml.org,2002:null": self = .null
            case "tag:yaml.org,2002:bool": self = .boolean(scalar.string == "true")
            case "tag:yaml.org,2002:int": self = .integer(try #require(Int128(scalar.string)))
            case "tag:yaml.org,2002:str": self = .string(scalar.string)
            default: self = .string("unexpected \(node.tag.description): \(scalar.string)")
            }
        case .sequence(let sequence): self = .array(try sequence.map { try JSONValue(node: $0) })
        case .mapping(let mapping):
            self = .object(
                try mapping.map { key, value in
                    let name = try JSONValue(node: key)
                    guard case .string(let name) = name else {
                        return JSONMember(name: "unexpected key \(name)", value: nil)
                    }
                    return JSONMember(name: name, value: try JSONValue(node: value))
                })
        case .alias: self = .string("unexpected alias")
        }
    }

    fileprivate static func random(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 4), using: &generator) {
        case 0: return .null
        case 1: return .boolean(.random(using: &generator))
        case 2: return .integer(Int128(Int64.random(in: .min ... .max, using: &generator)))
        case 3: return .string(JSONValueTests.strings.randomElement(using: &generator) ?? "")
        case 4, 5:
            return .array(
                (0..<Int.random(in: 0..<5, using: &generator)).map { _ in random(depth: depth - 1, using: &generator) })
        default:
            let names = Set(
                (0..<Int.random(in: 0..<5, using: &generator)).map { _ in
                    JSONValueTests.strings.randomElement(using: &generator) ?? ""
                })
            return .object(
                names.sorted().map { JSONMember(name: $0, value: random(depth: depth - 1, using: &generator)) })
        }
    }
}
