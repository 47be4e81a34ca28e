{{/* The image, with its tag. */}}
{{- define "martlet.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* The labels that the chart adds to each object. */}}
{{- define "martlet.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{/*
The objects of one file of deploy/base, in the release's namespace: a list of texts. A file of deploy/base is the one
source of what both the chart and the overlays install.
*/}}
{{- define "martlet.file" -}}
{{- $text := .root.Files.Get .path -}}
{{- if not $text }}{{ fail (printf "the chart has no file %s" .path) }}{{ end -}}
{{- $text | replace "namespace: martlet-system" (printf "namespace: %s" .root.Release.Namespace) | replace "serviceaccount:martlet-system:" (printf "serviceaccount:%s:" .root.Release.Namespace) -}}
{{- end }}

{{/*
One workload of deploy/base with what the values say of it.
  root, path, part (controller or speaker), values
*/}}
{{- define "martlet.workload" -}}
{{- $root := .root -}}
{{- $values := .values -}}
{{- range $text := splitList "\n---\n" (include "martlet.file" (dict "root" .root "path" .path)) }}
{{- $object := fromYaml $text }}
{{- if $object.Error }}{{ fail (printf "%s: %s" $.path $object.Error) }}{{ end }}
{{- $_ := set $object.metadata "labels" (merge (fromYaml (include "martlet.labels" $root)) ($object.metadata.labels | default dict)) }}
{{- if has $object.kind (list "Deployment" "DaemonSet") }}
{{- $template := $object.spec.template }}
{{- $pod := $template.spec }}
{{- $container := first $pod.containers }}
{{- $_ := set $container "image" (include "martlet.image" $root) }}
{{- $_ := set $container "imagePullPolicy" $root.Values.image.pullPolicy }}
{{- $args := concat $container.args (list "--log-level" $values.logLevel "--namespace" $root.Release.Namespace) }}
{{- with $root.Values.loadBalancerClass }}{{ $args = concat $args (list "--load-balancer-class" .) }}{{ end }}
{{- $args = concat $args $.args $values.extraArgs }}
{{- $_ := set $container "args" $args }}
{{- with $values.resources }}{{ $_ := set $container "resources" . }}{{ end }}
{{- with $values.nodeSelector }}{{ $_ := set $pod "nodeSelector" . }}{{ end }}
{{- with $values.affinity }}{{ $_ := set $pod "affinity" . }}{{ end }}
{{- if not (kindIs "invalid" $values.tolerations) }}{{ $_ := set $pod "tolerations" $values.tolerations }}{{ end }}
{{- $_ := set $pod "priorityClassName" $values.priorityClassName }}
{{- with $root.Values.imagePullSecrets }}{{ $_ := set $pod "imagePullSecrets" . }}{{ end }}
{{- with $values.podAnnotations }}{{ $_ := set $template.metadata "annotations" . }}{{ end }}
{{- with $values.podLabels }}{{ $_ := set $template.metadata "labels" (merge $template.metadata.labels .) }}{{ end }}
{{- include $.change (dict "root" $root "object" $object "pod" $pod "container" $container) }}
{{- end }}
---
{{ toYaml $object }}
{{- end }}
{{- end }}
