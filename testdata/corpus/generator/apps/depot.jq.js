// jQuery UI looks for jQuery in the window.
import jQuery from 'jquery';

window.jQuery = jQuery;
export default jQuery;
