import DefaultTheme from 'vitepress/theme';
import Chart from './Chart.vue';
import Machine from './Machine.vue';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.config.throwUnhandledErrorInProduction = true; // a chart without its row must not be built
    app.component('Chart', Chart);
    app.component('Machine', Machine);
  },
};
