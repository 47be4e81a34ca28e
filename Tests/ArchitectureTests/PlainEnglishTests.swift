import Foundation
import Testing

/// What a person reads is plain, modern technical English: the words that are rejected here have a plainer one.
@Suite struct PlainEnglishTests {
    /// Each phrase, in lower case, and what to write instead.
    static let phrases: [(phrase: String, instead: String)] = [
        ("mend", "fix"), ("mends", "fixes"), ("mended", "fixed"), ("mending", "fixing"), ("anew", "again"),
        ("whoever", "the node that, any host that"), ("whatever", "any"), ("whichever", "any"),
        ("told", "sent, reported, advertised"), ("silent", "does not announce"), ("silence", "does not announce"),
        ("silences", "does not announce"), ("silenced", "stopped"), ("hear", "reach"), ("hears", "reaches"),
        ("heard", "reachable, up"), ("likewise", "also"), ("besides", "also"), ("thereby", "so"),
        ("wherein", "in which"), ("stands", "is"), ("of itself", "automatically"), ("by itself", "automatically"),
        ("nobody", "no node"), ("somebody", "another host"), ("takes no more", "stopped"),
        ("refuse", "reject, deny"), ("refuses", "rejects, denies"), ("refused", "rejected, denied"),
        ("ceased", "stopped"), ("ceases", "stops"), ("becomes so", "is applied"), ("gives away", "allocates"),
        ("gives addresses", "allocates addresses"), ("last valid form", "the last valid version"),
        ("in error", "invalid"), ("look at", "check"), ("does its job", "is ready"), ("is about no", "selects no"),
    ]

    /// Where a phrase is right: the words around it contain `around`.
    static let exceptions: [(phrase: String, around: String, reason: String)] = [
        ("heard", "heard — of a member", "the glossary's definition of the protocol's term"),
        ("silent", "silent tails", "RFC 8562's term for tails that send nothing"),
        ("refuse", "previous version refuse", "the value of an option, which is contract"),
        ("refuse", "accept unsigned refuse", "the value of an option, which is contract"),
        ("refuse", "or refuse use refuse once", "the value of an option, which is contract"),
        ("refused", "connection refused", "the operating system's name for it"),
        ("stands", "stands for one or more", "a notation stands for what it abbreviates"),
    ]

    struct Word {
        let text: String
        let line: Int
    }

    /// The words of a text in lower case; apostrophes and underscores are part of a word.
    static func words(of text: some Sequence<UInt8>, from line: Int) -> [Word] {
        var (words, word, line): ([Word], [UInt8], Int) = ([], [], line)
        func isPart(_ byte: UInt8) -> Bool {
            byte >= 0x80 || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "_")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        func finish() {
            if !word.isEmpty { words.append(Word(text: String(decoding: word, as: UTF8.self), line: line)) }
            word.removeAll()
        }
        for byte in text {
            if isPart(byte) {
                word.append((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte)
            } else {
                finish()
                if byte == UInt8(ascii: "\n") { line += 1 }
            }
        }
        finish()
        return words
    }

    struct Find {
        let phrase: String
        let instead: String
        let line: Int
        /// The phrase with up to five words on either side.
        let around: String
    }

    static func finds(in words: [Word]) -> [Find] {
        let starts = Dictionary(grouping: phrases) { $0.phrase.prefix { $0 != " " } }
        var finds: [Find] = []
        for (index, word) in words.enumerated() {
            for (phrase, instead) in starts[word.text[...]] ?? [] {
                let parts = phrase.split(separator: " ")
                let rest = words[index...].prefix(parts.count)
                guard rest.map({ $0.text[...] }) == parts else { continue }
                let around = words[max(0, index - 5)..<min(words.count, index + parts.count + 5)]
                finds.append(
                    Find(
                        phrase: phrase, instead: instead, line: word.line,
                        around: around.map(\.text).joined(separator: " ")))
            }
        }
        return finds
    }

    /// The texts in quotes of a Swift file, without comments and without what is interpolated, each with its line.
    static func literals(in source: String) -> [(text: [UInt8], line: Int)] {
        var scanner = LiteralScanner(Array(source.utf8))
        scanner.scanCode(until: nil)
        return scanner.literals
    }

    private static func report(_ finds: [Find], in place: String, used: inout Set<Int>) {
        for find in finds {
            let allowed = exceptions.indices.filter {
                exceptions[$0].phrase == find.phrase && find.around.contains(exceptions[$0].around)
            }
            used.formUnion(allowed)
            #expect(
                !allowed.isEmpty,
                "\(place):\(find.line): \"\(find.phrase)\": write \(find.instead) (… \(find.around) …)")
        }
    }

    @Test(
        "Texts of the program, pages and manifests use none of the words that have a plainer one; no exception is stale"
    )
    func texts() throws {
        var (literals, pages, used): (Int, Int, Set<Int>) = (0, 0, [])
        for file in try SourceTree.swiftFiles(below: "Sources") {
            // A text of one word is a key, a reason word or a member of a document.
            for literal in Self.literals(in: file.lines.joined(separator: "\n"))
            where literal.text.contains(UInt8(ascii: " ")) {
                literals += 1
                Self.report(
                    Self.finds(in: Self.words(of: literal.text, from: literal.line)), in: file.path, used: &used)
            }
        }
        for folder in ["docs", "deploy", ".github", "Sources"] {
            let base = SourceTree.root.appendingPathComponent(folder)
            for name in FileManager.default.subpaths(atPath: base.path) ?? []
            where folder != "Sources" || name.hasSuffix(".md") {
                guard let text = try? String(contentsOf: base.appendingPathComponent(name), encoding: .utf8) else {
                    continue
                }
                pages += 1
                // Of JSON the sentences: what has a space in it.
                let texts =
                    name.hasSuffix(".json")
                    ? Self.literals(in: text).filter { $0.text.contains(UInt8(ascii: " ")) } : [(Array(text.utf8), 1)]
                for part in texts {
                    Self.report(
                        Self.finds(in: Self.words(of: part.text, from: part.line)), in: "\(folder)/\(name)", used: &used
                    )
                }
            }
        }
        let readme = try String(contentsOf: SourceTree.root.appendingPathComponent("README.md"), encoding: .utf8)
        Self.report(Self.finds(in: Self.words(of: readme.utf8, from: 1)), in: "README.md", used: &used)
        #expect(literals > 1000 && pages > 40, "\(literals) texts, \(pages) pages: the places have moved")
        for index in Self.exceptions.indices {
            #expect(used.contains(index), "the exception \(Self.exceptions[index]) is not needed")
        }
    }

    @Test(
        "A sample with the words in texts, comments, names and interpolations → only the texts are found, with their lines"
    )
    func sample() {
        let source = #"""
            // nobody reads this, and it is mended anew
            let nobody = "all is well" /* whoever */
            log("\(nobody.told("Somebody else")) is heard on \(name ?? "nobody at all")")
            let long = """
                The first line is fine, \
                the second is mended.
                """
            let raw = #"a "silent" \(one)"#, escaped = "\"told\""
            """#
        let found = Self.literals(in: source).flatMap { literal in
            Self.finds(in: Self.words(of: literal.text, from: literal.line)).map { "\($0.line) \($0.phrase)" }
        }
        #expect(found.sorted() == ["3 heard", "3 nobody", "3 somebody", "6 mended", "8 silent", "8 told"])
        let page = "It gives\naddresses away, and becomes\nso. `martlet_silences` is a name; NotHeard too."
        let phrases = Self.finds(in: Self.words(of: page.utf8, from: 1)).map { "\($0.line) \($0.phrase)" }
        #expect(phrases == ["1 gives addresses", "2 becomes so"])
    }
}

/// Reads Swift far enough to tell its texts from its code and comments.
private struct LiteralScanner {
    private let source: [UInt8]
    private var position = 0
    private var line = 1
    private(set) var literals: [(text: [UInt8], line: Int)] = []

    init(_ source: [UInt8]) { self.source = source }

    private func isNext(_ text: String) -> Bool { source[position...].starts(with: text.utf8) }

    private mutating func step(_ count: Int = 1) {
        for _ in 0..<count where position < source.count {
            if source[position] == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
    }

    /// Passes over code, up to the parenthesis that ends an interpolation, or to the end.
    mutating func scanCode(until end: UInt8?) {
        var depth = 0
        while position < source.count {
            switch source[position] {
            case UInt8(ascii: "/") where isNext("//"):
                while position < source.count, source[position] != UInt8(ascii: "\n") { step() }
            case UInt8(ascii: "/") where isNext("/*"):
                while position < source.count, !isNext("*/") { step() }
                step(2)
            case UInt8(ascii: "#"), UInt8(ascii: "\""):
                let hashes = source[position...].prefix { $0 == UInt8(ascii: "#") }.count
                guard position + hashes < source.count, source[position + hashes] == UInt8(ascii: "\"") else {
                    step(max(hashes, 1))
                    continue
                }
                step(hashes)
                scanText(hashes: String(repeating: "#", count: hashes))
            case UInt8(ascii: "("):
                depth += 1
                step()
            case UInt8(ascii: ")"):
                if depth == 0, end == UInt8(ascii: ")") { return step() }
                depth -= 1
                step()
            default: step()
            }
        }
    }

    /// Reads a text from its quote on. What is interpolated leaves a space, and is read as code.
    private mutating func scanText(hashes: String) {
        let quote = (isNext("\"\"\"") ? "\"\"\"" : "\"")
        let (start, end, escape) = (line, quote + hashes, "\\" + hashes)
        var text: [UInt8] = []
        step(quote.utf8.count)
        while position < source.count, !isNext(end) {
            if isNext(escape + "(") {
                step(escape.utf8.count + 1)
                scanCode(until: UInt8(ascii: ")"))
                text.append(UInt8(ascii: " "))
            } else if isNext(escape + "\n") {
                text.append(UInt8(ascii: "\n"))
                step(escape.utf8.count + 1)
            } else if isNext(escape) {
                text.append(UInt8(ascii: " "))
                step(escape.utf8.count + 1)
            } else {
                text.append(source[position])
                step()
            }
        }
        step(end.utf8.count)
        literals.append((text, start))
    }
}
