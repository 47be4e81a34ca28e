extension ProblemsDocument: Screen {
    /// Each problem with its place, object and field, what is wrong on lines of its own, and a count at the end.
    ///
    /// Where the width is not limited, a problem is one line `FILE:LINE: SEVERITY: OBJECT: FIELD: MESSAGE`, as editors
    /// and `grep` understand it.
    package func lines(_ layout: Layout) -> [String] {
        guard !problems.isEmpty else { return ["No problems."] }
        return problems.flatMap { lines(of: $0, layout) } + [summary(layout.style)]
    }

    private func lines(of problem: ProblemEntry, _ layout: Layout) -> [String] {
        let tone: Tone =
            switch problem.severity {
            case "error": .bad
            case "warning": .warning
            default: .faint
            }
        let place = problem.file.map { file in problem.line.map { "\(file):\($0)" } ?? file }
        let parts = [place, problem.severity, problem.object, problem.field].compactMap { $0?.withoutControls }
        let message = problem.message.withoutControls
        func painted(_ text: String) -> String {
            // The severity is the only one of its kind in the line between the first colons.
            guard let range = text.firstRange(of: problem.severity + ":") else { return text }
            return text.replacingSubrange(range, with: layout.style.paint(problem.severity, tone) + ":")
        }
        guard let width = layout.width else { return [painted((parts + [message]).joined(separator: ": "))] }
        let head = (parts.joined(separator: ": ") + ":").wrapped(toWidth: width)
        let indented = message.wrapped(toWidth: max(1, width - 4)).map { "    " + $0 }
        return [painted(head[0])] + head.dropFirst() + indented
    }

    private func summary(_ style: Style) -> String {
        let kinds: [(severity: String, tone: Tone)] = [("error", .bad), ("warning", .warning), ("note", .faint)]
        let counts = kinds.compactMap { kind -> String? in
            let count = problems.count { $0.severity == kind.severity }
            guard count > 0 else { return nil }
            return style.paint("\(count) \(kind.severity)\(count == 1 ? "" : "s")", kind.tone)
        }
        return counts.joined(separator: ", ")
    }
}

extension String {
    fileprivate func replacingSubrange(_ range: Range<Index>, with replacement: String) -> String {
        var copy = self
        copy.replaceSubrange(range, with: replacement)
        return copy
    }
}
