import FoundationEssentials

/// What `martlet explain` answers: the chain of decisions for one Service, and what to do where it is broken.
package struct ExplanationDocument: Hashable, Sendable {
    /// `NAMESPACE/NAME`.
    package var service: String
    package var steps: [ExplanationStep]
    /// A sentence or two for each thing that is missing; empty where nothing is.
    package var advice: [String]
    /// What happened to the Service last, oldest first; empty if it is not known. An addition.
    package var events: [EventEntry] = []

    package init(service: String, steps: [ExplanationStep], advice: [String]) {
        self.service = service
        self.steps = steps
        self.advice = advice
    }

    /// Whether the chain is whole: nothing in it is broken, or expected without a report that confirms it.
    package var isWhole: Bool { !steps.contains { $0.verdict == .bad || $0.verdict == .expected } }

    /// Reads what a process answered.
    package init(jsonText: [UInt8]) throws(DocumentError) {
        do {
            self = try JSONDecoder().decode(ExplanationDocument.self, from: Data(jsonText))
        } catch {
            throw DocumentError("not an explanation: \(error)")
        }
    }
}

extension ExplanationDocument: Decodable {
    private enum CodingKeys: String, CodingKey {
        case service, steps, advice, events
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        service = try container.decode(String.self, forKey: .service)
        steps = try container.decode([ExplanationStep].self, forKey: .steps)
        advice = try container.decode([String].self, forKey: .advice)
        events = try container.decodeIfPresent([EventEntry].self, forKey: .events) ?? []
    }
}

extension ExplanationDocument: JSONRepresentable {
    package var json: JSONValue {
        let contract: JSONValue = ["service": service.json, "steps": steps.json, "advice": advice.json]
        return contract.adding(["events": events.isEmpty ? nil : events.json])
    }
}

extension ExplanationDocument: Screen {
    package var names: [String] { [service] }

    /// A line for each step with what was considered below it, and at the end what to do.
    package func lines(_ layout: Layout) -> [String] {
        let width = steps.map(\.step.displayWidth).max() ?? 0
        func indented(_ text: String, _ first: String, _ rest: String) -> [String] {
            let room = layout.width.map { max(20, $0 - rest.displayWidth) }
            let lines = room.map(text.withoutControls.wrapped(toWidth:)) ?? [text.withoutControls]
            return lines.enumerated().map { ($0 == 0 ? first : rest) + $1 }
        }
        var result = [layout.style.paint(service.withoutControls, .heading), ""]
        for step in steps {
            let (mark, tone) = step.verdict.mark(layout.style)
            let name = step.step + String(repeating: " ", count: width - step.step.displayWidth)
            let rest = String(repeating: " ", count: mark.displayWidth + 1 + width + 2)
            result += indented(step.summary, layout.style.paint(mark, tone) + " " + name + "  ", rest)
            for detail in step.details { result += indented(detail, rest + "- ", rest + "  ") }
        }
        if !events.isEmpty {
            result += ["", layout.style.paint("Lately", .heading)]
            result += events.table(layout, isOfOne: true, emptyMessage: "").lines(layout)
        }
        guard !advice.isEmpty else { return result }
        result += ["", layout.style.paint("What to do", .heading)]
        for sentence in advice { result += indented(sentence, "- ", "  ") }
        return result
    }
}

extension ExplanationStep.Verdict {
    fileprivate func mark(_ style: Style) -> (String, Tone) {
        switch self {
        case .good: (style.usesUnicode ? "✓" : "ok", .good)
        case .warning: (style.usesUnicode ? "!" : "! ", .warning)
        case .bad: (style.usesUnicode ? "✗" : "!!", .bad)
        case .expected: (style.usesUnicode ? "·" : "? ", .warning)
        case .neutral: (style.usesUnicode ? "·" : "- ", .faint)
        }
    }
}
