import ClusterConfiguration

/// Something about a Service that works, but should be mended.
package struct AssignmentWarning: Hashable, Sendable, CustomStringConvertible {
    /// A stable word, fit to be the reason of a Kubernetes event.
    package let reason: String
    package let message: String

    package var description: String { message }

    static func switchValue(_ annotation: ServiceSwitch, _ value: String) -> AssignmentWarning {
        AssignmentWarning(
            reason: "AnnotationInvalid",
            message: "The annotation \(annotation.key) is \"\(value)\", which counts as false: write true or false.")
    }

    static func legacyAnnotation(_ annotation: ServiceAnnotation) -> AssignmentWarning {
        AssignmentWarning(
            reason: "LegacyAnnotation",
            message:
                "The annotation \(ServiceAnnotation.legacyPrefix)\(annotation.rawValue) is of an old form that will "
                + "not be read for ever: use \(annotation.key).")
    }
}
