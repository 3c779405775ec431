/** Published packages whose text is the corpus: real code in a dozen languages, the same on every machine. About 330 MB of text. */
export const packages = [
  'rxjs@7.8.2',
  'undici@8.13.1',
  'fastify@5.12.8',
  'express@5.3.0',
  'eslint@10.15.0',
  'webpack@5.113.0',
  'lodash@4.18.1',
  'core-js@3.51.0',
  'antd@6.6.8',
  'echarts@6.1.0',
  'plotly.js@4.1.1',
  'three@0.187.0',
  'mathjs@15.2.0',
  'cesium@1.145.0',
  'node-sass@9.0.0',
  're2@1.27.1',
  'rocksdb@5.2.1',
  'nodegit@0.27.0',
  'grpc@1.24.11',
  'react-native@0.88.1',
  'react-native-windows@0.84.0',
  '@babylonjs/core@9.35.0',
  '@tensorflow/tfjs-core@4.22.0',
  'highcharts@13.1.1',
  'aws-sdk@2.1693.0',
].map((specifier) => {
  const at = specifier.lastIndexOf('@');
  return { registry: 'npm', name: specifier.slice(0, at), version: specifier.slice(at + 1) };
});
