import type { State } from './wire.ts';

/** What the page says, in the languages that it knows. */

const en = {
  album: 'Album',
  presets: 'Presets',
  runs: 'Runs',
  language: '中文',
  drop: 'Drop photos here, or',
  choose: 'choose files',
  below: 'Upload below',
  search: 'Keys that begin with',
  more: 'Show more',
  nothing: 'There is nothing here yet.',
  nothingBelow: 'There is no original whose key begins so.',
  waiting: 'waits',
  sending: 'is sent',
  sent: 'sent',
  sendingFailed: 'was not sent',
  lineLost: 'The platform does not answer. It is asked again every two seconds.',
  back: 'Back to the album',
  original: 'Original',
  files: 'Files',
  preset: 'Preset',
  format: 'Format',
  width: 'Width',
  bytes: 'Bytes',
  saving: 'Against JPEG',
  time: 'Time',
  state: 'State',
  device: 'Device',
  phone: 'Phone',
  tablet: 'Tablet',
  desktop: 'Desktop',
  client: 'Client',
  shown: 'What this client is sent',
  noFile: 'There is no file of this preset for this client.',
  compare: 'Compare',
  compareHint: 'Two files of the same pixels. Drag the line, or move it with the arrow keys.',
  left: 'Left',
  right: 'Right',
  zoom: 'Zoom',
  divider: 'Line between the two',
  code: 'Code',
  copy: 'Copy',
  copied: 'Copied',
  download: 'Download',
  why: 'Why',
  rule: 'Rule',
  open: 'Open',
  states: {
    ready: 'ready',
    developing: 'is developed',
    incomplete: 'not whole',
    'partly-failed': 'partly failed',
    failed: 'failed',
    blocked: 'blocked',
    held: 'held for review',
    'taken-down': 'taken down',
    'not-asked': 'no preset',
  } satisfies Record<State, string>,
};

type Words = typeof en;

const zh: Words = {
  album: '相册',
  presets: '预设',
  runs: '任务',
  language: 'English',
  drop: '将照片拖到此处，或',
  choose: '选择文件',
  below: '上传到此前缀下',
  search: '按 Key 前缀搜索',
  more: '加载更多',
  nothing: '这里还没有照片。',
  nothingBelow: '没有以此开头的原图。',
  waiting: '等待中',
  sending: '上传中',
  sent: '已上传',
  sendingFailed: '上传失败',
  lineLost: '平台没有响应，每两秒重试一次。',
  back: '返回相册',
  original: '原图',
  files: '文件',
  preset: '预设',
  format: '格式',
  width: '宽度',
  bytes: '大小',
  saving: '相比 JPEG',
  time: '耗时',
  state: '状态',
  device: '设备',
  phone: '手机',
  tablet: '平板',
  desktop: '桌面',
  client: '客户端',
  shown: '该客户端收到的文件',
  noFile: '此预设没有适合该客户端的文件。',
  compare: '对比',
  compareHint: '两个像素相同的文件。拖动分割线，或用方向键移动。',
  left: '左侧',
  right: '右侧',
  zoom: '放大',
  divider: '分割线',
  code: '代码',
  copy: '复制',
  copied: '已复制',
  download: '下载',
  why: '原因',
  rule: '规则',
  open: '打开',
  states: {
    ready: '就绪',
    developing: '处理中',
    incomplete: '不完整',
    'partly-failed': '部分失败',
    failed: '失败',
    blocked: '已拦截',
    held: '待人工审核',
    'taken-down': '已下架',
    'not-asked': '无预设',
  },
};

const LANGUAGES = { en, zh };
export type Language = keyof typeof LANGUAGES;

const CHOSEN = 'darkroom-language';

/** What was chosen here before, or what the browser asks for. */
export function firstLanguage(): Language {
  const chosen = localStorage.getItem(CHOSEN) ?? navigator.language;
  return chosen.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function chooseLanguage(language: Language): void {
  localStorage.setItem(CHOSEN, language);
}

export function wordsOf(language: Language): Words {
  return LANGUAGES[language];
}
