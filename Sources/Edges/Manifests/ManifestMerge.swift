import ClusterConfiguration
import KubernetesModel

/// Joins what several files say, in their order, and decides which of two objects of the same name counts.
///
/// Nothing is read or decoded here, so files that did not change cost little.
package struct ManifestMerge {
    /// Where an object was first seen, and in which API group.
    private struct Place {
        var group: String
        var location: SourceLocation
    }

    private var result = ManifestReading()
    private var places: [ObjectReference: Place] = [:]
    private var ignored = IgnoredKinds()

    package init() {}

    package var reading: ManifestReading {
        var reading = result
        reading.problems += ignored.notes
        return reading
    }

    package mutating func add(_ file: FileReading) {
        for item in file.items {
            switch item {
            case .problem(let problem): result.problems.append(problem)
            case .incomplete: if result.unreadable.last != file.name { result.unreadable.append(file.name) }
            case .ignored(let type, let message, let object, let location):
                ignored.add(type, message, object, location)
            case .refused(let object): result.state.leftOut.insert(object)
            case .object(let object): add(object)
            }
        }
    }

    private mutating func add(_ object: ManifestObject) {
        guard isFirst(object) else { return }
        guard let append = object.append else {
            if !object.reference.name.name.isEmpty { result.state.leftOut.insert(object.reference) }
            return
        }
        result.problems += object.nameProblems
        append(&result.state)
        result.state.leftOut.remove(object.reference)
        result.state.locations.set(object.location, of: "", in: object.reference)
        for field in object.fields { result.state.locations.set(field.location, of: field.path, in: object.reference) }
    }

    /// Whether this is the first object of its name, or takes the place of one in the other API group.
    private mutating func isFirst(_ object: ManifestObject) -> Bool {
        guard !object.reference.name.name.isEmpty else { return true }
        guard let first = places[object.reference] else {
            places[object.reference] = Place(group: object.group, location: object.location)
            return true
        }
        if first.group == object.group {
            report(
                .error, object, field: "metadata.name",
                "duplicate name, first used at \(first.location): the first one counts, remove or rename this one",
                object.location)
            return false
        }
        let isOurs = object.group == APIVersion.martlet
        report(
            .warning, object, field: "apiVersion",
            "this object is in both API groups, also at \(first.location): the one of \(APIVersion.martlet) counts, "
                + "remove the other",
            isOurs ? first.location : object.location)
        guard isOurs else { return false }
        places[object.reference] = Place(group: object.group, location: object.location)
        object.remove?(&result.state)
        return true
    }

    private mutating func report(
        _ severity: Problem.Severity, _ object: ManifestObject, field: String, _ message: String,
        _ location: SourceLocation
    ) {
        result.problems.append(Problem(severity, object.reference, field: field, message, at: location))
    }
}
