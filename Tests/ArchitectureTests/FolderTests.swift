import Testing

/// Within a target, too, there is one direction: a folder that names another is not named by it.
@Suite struct FolderTests {
    /// The names in a line that may be types: those that begin with a capital and are no member of something.
    static func typeNames(in line: some StringProtocol) -> [Substring] {
        var names: [Substring] = []
        var rest = Substring(withoutTextAndComment(line))
        while let start = rest.firstIndex(where: { $0.isLetter || $0 == "_" }) {
            let isMember = start > rest.startIndex && rest[rest.index(before: start)] == "."
            let name = rest[start...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            if !isMember, name.first?.isUppercase == true { names.append(name) }
            // The character after a name stays, since it may be the dot of a member.
            rest = rest[name.endIndex...]
        }
        return names
    }

    private static func withoutTextAndComment(_ line: some StringProtocol) -> String {
        var code = ""
        for (index, part) in line.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
        where index % 2 == 0 {
            guard let comment = part.firstRange(of: "//") else {
                code += part
                continue
            }
            return code + part[..<comment.lowerBound]
        }
        return code
    }

    /// The type that a line declares.
    static func declared(in line: some StringProtocol) -> Substring? {
        let words = Substring(withoutTextAndComment(line)).split { !$0.isLetter && !$0.isNumber && $0 != "_" }
        let kinds: Set<Substring> = ["struct", "enum", "class", "actor", "protocol", "typealias"]
        guard let place = words.firstIndex(where: kinds.contains), place + 1 < words.count else { return nil }
        return words[place + 1]
    }

    @Test(
        "A line of code → the types that it names",
        arguments: [
            ("let peer: BGPPeer = .init(Peer.name) // a Session", ["BGPPeer", "Peer"]),
            (#"log("a Session ended", Session.State.idle)"#, ["Session"]),
            ("case .open(let body): try OpenMessage(decoding: body)", ["OpenMessage"]),
            ("/// An ``Object``", []),
        ])
    func names(line: String, expected: [String]) {
        #expect(Self.typeNames(in: line).map(String.init) == expected)
    }

    /// The folder of a file within its target; empty for those at its top.
    static func folder(of file: SourceTree.File) -> String {
        file.path.split(separator: "/").dropFirst(3).dropLast().joined(separator: "/")
    }

    /// Which folders of a target name a type of which others, each with one that does.
    static func references(_ files: [SourceTree.File]) -> [String: [String: String]] {
        var folders: [Substring: Set<String>] = [:]
        for file in files {
            // Types at the top of a file: nested ones are reached through these.
            for line in file.lines where line.first?.isWhitespace == false {
                if let name = declared(in: line) { folders[name, default: []].insert(folder(of: file)) }
            }
        }
        var references: [String: [String: String]] = [:]
        for file in files {
            let own = folder(of: file)
            let nested = Set(file.lines.compactMap { declared(in: $0) })
            var isText = false
            for line in file.lines {
                let hasMark = line.contains("\"\"\"")
                defer { if hasMark { isText.toggle() } }
                for name in typeNames(in: line) where !isText && !nested.contains(name) {
                    guard let places = folders[name], places.count == 1, let other = places.first, other != own
                    else { continue }
                    references[own, default: [:]][other] = "\(file) names \(name)"
                }
            }
        }
        return references
    }

    @Test("No folder of a target names another that names it") func circles() throws {
        let targets = Dictionary(grouping: try SourceTree.swiftFiles(below: "Sources"), by: \.target)
        var count = 0
        for (target, files) in targets.sorted(by: { $0.key < $1.key }) {
            let references = Self.references(files)
            count += references.values.map(\.count).reduce(0, +)
            // Each folder that can be reached from one by names must not reach it.
            for start in references.keys.sorted() {
                var reached: [String: [String]] = [start: []]
                var open = [start]
                while let folder = open.popLast() {
                    for (other, example) in references[folder] ?? [:] where reached[other] == nil {
                        reached[other] = (reached[folder] ?? []) + [example]
                        open.append(other)
                    }
                }
                for (folder, way) in reached where folder != start {
                    guard let back = references[folder]?[start] else { continue }
                    let steps = (way + [back]).joined(separator: "; ")
                    Issue.record("\(target): \(start.isEmpty ? "its top" : start) is in a circle: \(steps)")
                }
            }
        }
        #expect(count > 50, "the files name next to nothing of each other: \(count)")
    }
}
