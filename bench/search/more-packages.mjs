/** What the second judgements are about: packages of other registries and in other languages, about 100 MB. */
export const morePackages = [
  { registry: 'python', name: 'flask', version: '3.1.0' },
  { registry: 'python', name: 'django', version: '5.2' },
  { registry: 'python', name: 'sqlalchemy', version: '2.0.40' },
  { registry: 'go', name: 'github.com/gin-gonic/gin', version: '1.10.0' },
  { registry: 'go', name: 'github.com/prometheus/prometheus', version: '0.301.0' },
  { registry: 'go', name: 'go.etcd.io/bbolt', version: '1.3.11' },
  { registry: 'rust', name: 'tokio', version: '1.44.2' },
  { registry: 'rust', name: 'regex-automata', version: '0.4.9' },
  { registry: 'java', name: 'com.google.guava:guava', version: '33.4.0-jre' },
  { registry: 'java', name: 'com.squareup.okhttp3:okhttp', version: '4.12.0' },
  { registry: 'npm', name: '@capacitor/ios', version: '7.2.0' },
  { registry: 'npm', name: 'jquery', version: '3.7.1' },
];
