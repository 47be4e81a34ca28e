/// What is found while one object is checked.
struct ObjectCheck {
    let object: ObjectReference
    private let locations: ObjectLocations
    private(set) var problems: [Problem] = []

    init(_ object: ObjectReference, _ locations: ObjectLocations) {
        self.object = object
        self.locations = locations
    }

    var hasError: Bool { problems.contains { $0.severity == .error } }

    mutating func error(_ field: String?, _ message: String) { add(.error, field, message) }

    mutating func warning(_ field: String?, _ message: String) { add(.warning, field, message) }

    private mutating func add(_ severity: Problem.Severity, _ field: String?, _ message: String) {
        problems.append(
            Problem(severity, object, field: field, message, at: locations.location(of: field, in: object)))
    }

    /// Says with each error that the object goes on as it last was.
    mutating func markKept() {
        for index in problems.indices where problems[index].severity == .error {
            problems[index].message += " (until then the last valid version stays in force)"
        }
    }

    /// Looks for entries that a list has more than once.
    mutating func findRepetitions<Element: Hashable>(
        _ list: [Element], _ field: String, severity: Problem.Severity = .error, name: (Element) -> String
    ) {
        var first: [Element: Int] = [:]
        for (index, element) in list.enumerated() {
            guard let earlier = first[element] else {
                first[element] = index
                continue
            }
            add(
                severity, "\(field)[\(index)]",
                "\(name(element)) is already \(field)[\(earlier)]: remove one of the two")
        }
    }

    mutating func findRepetitions(_ list: [String], _ field: String, severity: Problem.Severity = .error) {
        findRepetitions(list, field, severity: severity) { "\"\($0)\"" }
    }

    /// A whole number within bounds.
    mutating func number(_ value: Int?, _ field: String, in bounds: ClosedRange<Int>, unit: String = "") -> Int? {
        guard let value else { return nil }
        if bounds.contains(value) { return value }
        error(field, "\(value)\(unit) is out of range: write \(bounds.lowerBound) to \(bounds.upperBound)\(unit)")
        return nil
    }

    /// A duration as Go writes it, not negative.
    mutating func duration(_ text: String?, _ field: String) -> Duration? {
        guard let text else { return nil }
        do throws(Duration.GoTextError) {
            let duration = try Duration(goText: text)
            if duration >= .zero { return duration }
            error(field, "\"\(text)\" is negative: write a duration of zero or more")
        } catch { self.error(field, "\"\(text)\" is not a duration: \(error.problem)") }
        return nil
    }
}
