{{- define "cairn.name" -}}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{- end }}
{{- define "cairn.labels" -}}
app.kubernetes.io/name: cairn
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "cairn.kind" -}}{{ ternary "StatefulSet" "Deployment" .Values.persistence.enabled }}{{- end }}
